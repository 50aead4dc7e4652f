import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byDay } from './by-day.ts';

const now = new Date(2026, 10, 22, 9, 30);
const at = (...parts: [number, number, number, number?]) => new Date(parts[0], parts[1], parts[2], parts[3] ?? 12).toISOString();
const labels = (...dates: string[]) => byDay(dates, (date) => date, now).map((day) => day.label);

it('byDay groups today and yesterday by calendar day, not by hours', () => {
  assert.deepEqual(labels(at(2026, 10, 22, 0), at(2026, 10, 21, 23)), ['Today', 'Yesterday']);
});

it('byDay names months after a week, with the year if it differs', () => {
  assert.deepEqual(labels(at(2026, 10, 16), at(2026, 10, 2), at(2025, 11, 31)), ['Last 7 days', 'November', 'December 2025']);
});

it('byDay counts a date in the future as today', () => {
  assert.deepEqual(labels(at(2026, 10, 23)), ['Today']);
});

it('byDay groups entries of one day under one heading', () => {
  assert.equal(byDay([at(2026, 10, 22, 9), at(2026, 10, 22, 8)], (date) => date, now)[0]?.items.length, 2);
});
