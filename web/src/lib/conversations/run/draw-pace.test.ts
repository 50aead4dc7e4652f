import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DrawPace, type Frames } from './draw-pace.ts';

/** A window whose time goes on by hand; a drawing takes `drawMs`, and frames come every 16 ms. */
class Window implements Frames {
  hidden = false;
  #now = 0;
  #waiting: { at: number; callback: () => void }[] = [];

  isHidden(): boolean {
    return this.hidden;
  }

  now(): number {
    return this.#now;
  }

  atNextFrame(callback: () => void): void {
    this.after(16, callback);
  }

  after(ms: number, callback: () => void): void {
    this.#waiting.push({ at: this.#now + ms, callback });
  }

  spend(ms: number): void {
    this.#now += ms;
  }

  runUntil(end: number): void {
    for (;;) {
      this.#waiting.sort((a, b) => a.at - b.at);
      const next = this.#waiting[0];
      if (!next || next.at > end) break;
      this.#waiting.shift();
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** The times of the drawings in a second in which text arrives every 10 ms. */
function drawings(window: Window, drawMs: number): number[] {
  const times: number[] = [];
  const pace = new DrawPace(() => {
    times.push(window.now());
    window.spend(drawMs);
  }, window);
  for (let at = 0; at < 1000; at += 10) {
    window.runUntil(at);
    pace.schedule();
  }
  return times;
}

describe('DrawPace', () => {
  it('draws about every frame if a drawing is quick', () => {
    assert.ok(drawings(new Window(), 2).length > 35);
  });

  it('rests after a drawing that takes several frames', () => {
    const times = drawings(new Window(), 50);
    assert.ok(times.length >= 4 && times.length <= 7, `${times.length} drawings`);
  });

  it('rests 200 ms at most, however long a drawing takes', () => {
    const times = drawings(new Window(), 300);
    assert.ok(times.length >= 2, `${times.length} drawings`);
  });

  it('draws four times a second in a hidden window', () => {
    const window = new Window();
    window.hidden = true;
    assert.equal(drawings(window, 2).length, 3);
  });
});
