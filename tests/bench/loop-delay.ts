import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a product before its own modules: on SIGUSR2 it logs the delay of its event loop since the last signal.

const RESOLUTION_MS = 5;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

const milliseconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

process.on('SIGUSR2', () => {
  const [p50, p99] = [50, 99].map((share) => milliseconds(delays.percentile(share)));
  process.stderr.write(`${JSON.stringify({ msg: 'loop delay', p50, p99, max: milliseconds(delays.max) })}\n`);
  delays.reset();
});
