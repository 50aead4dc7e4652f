const PAUSE_MS = 25;

/** Polls `read` until `holds` accepts its value; fails with the last value after `deadlineMs`. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean, deadlineMs = 15_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${deadlineMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
