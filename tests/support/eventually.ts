const PAUSE_MS = 25;

/** Reads again and again until the value is as hoped; fails with the last value after `deadlineMs`. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean, deadlineMs = 15_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${deadlineMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
