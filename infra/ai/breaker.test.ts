import { describe, expect, it } from '@jest/globals';
import { Breaker } from './breaker.ts';

describe('the circuit breaker', () => {
  const opened = () => {
    const clock = { now: 0 };
    const breaker = new Breaker({ failures: 5, withinMs: 30_000, restMs: 10_000 }, () => clock.now);
    for (let call = 0; call < 5; call++) breaker.failed();
    return { breaker, clock };
  };

  it('opens after five failures within thirty seconds', () => {
    expect(() => opened().breaker.enter()).toThrow(/several times in a row. Try again in 10 s/);
  });

  it('stays closed when failures are further apart, or when one call succeeds between them', () => {
    const clock = { now: 0 };
    const breaker = new Breaker({ failures: 5, withinMs: 30_000, restMs: 10_000 }, () => clock.now);
    for (let call = 0; call < 20; call++, clock.now += 8_000) breaker.failed();
    expect(() => breaker.enter()).not.toThrow();
    for (let call = 0; call < 20; call++) {
      if (call % 4 === 3) breaker.succeeded();
      else breaker.failed();
    }
    expect(() => breaker.enter()).not.toThrow();
  });

  it('allows one trial call after ten seconds, and all calls when the trial succeeds', () => {
    const { breaker, clock } = opened();
    clock.now = 10_001;
    breaker.enter();
    expect(() => breaker.enter()).toThrow();
    breaker.succeeded();
    expect(() => breaker.enter()).not.toThrow();
  });

  it('opens again when the trial fails, and allows another trial when the outcome is unknown', () => {
    const { breaker, clock } = opened();
    clock.now = 10_001;
    breaker.enter();
    breaker.failed();
    expect(() => breaker.enter()).toThrow();
    clock.now = 20_002;
    breaker.enter();
    breaker.left();
    expect(() => breaker.enter()).not.toThrow();
  });
});
