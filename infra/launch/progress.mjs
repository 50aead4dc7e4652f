const TICK_MS = 1000;
const QUIET_TICK_MS = 15_000;

/** Says what is being done, shows that it goes on, and says how long it took. */
export async function during(title, work) {
  const started = Date.now();
  const live = process.stderr.isTTY;
  process.stderr.write(`${title}…${live ? '' : '\n'}`);
  const ticker = setInterval(
    () => process.stderr.write(live ? `\r${title}… ${seconds(started)}` : `  still at it, ${seconds(started)}\n`),
    live ? TICK_MS : QUIET_TICK_MS,
  );
  try {
    const result = await work();
    process.stderr.write(live ? `\r${title}… ${seconds(started)}\n` : `  done in ${seconds(started)}\n`);
    return result;
  } catch (error) {
    if (live) process.stderr.write('\n');
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

export function seconds(started) {
  const elapsed = (Date.now() - started) / 1000;
  return `${elapsed.toFixed(elapsed < 10 ? 1 : 0)} s`;
}
