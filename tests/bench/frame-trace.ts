/** The part of Chromium's trace events that is used here; times in microseconds, `tdur` in CPU time of the thread. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

export const TRACED = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata'];

/** The work of the main thread for one drawn chunk, in milliseconds: message, script, style, layout and paint. */
export interface DrawnChunk {
  wallMs: number;
  cpuMs: number;
}

/** Returns every frame that drew a chunk marked by `mark`, with the work of the main thread since the frame before. */
export function drawnChunks(trace: Buffer, mark: string): DrawnChunk[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const marks = traceEvents.filter(({ name }) => name === mark).sort((a, b) => a.ts - b.ts);
  const [{ pid, tid } = { pid: -1, tid: -1 }] = marks;
  const own = traceEvents.filter((event) => event.pid === pid && event.tid === tid);
  const frames = own.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts);
  const tasks = own.filter(({ name, ph }) => name === 'RunTask' && ph === 'X').sort((a, b) => a.ts - b.ts);
  const chunks: DrawnChunk[] = [];
  let chunk = { wallMs: 0, cpuMs: 0 };
  let [marked, fired] = [0, 0];
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    chunk.wallMs += dur / 1000;
    chunk.cpuMs += tdur / 1000;
    const drawn = frames.filter((at) => at >= ts && at < ts + dur).length;
    fired += drawn;
    if (drawn === 0) continue;
    const now = marks.filter((at) => at.ts < ts + dur).length;
    if (now > marked) chunks.push(chunk);
    marked = now;
    chunk = { wallMs: 0, cpuMs: 0 };
  }
  if (fired === 0) throw new Error('the trace holds no frame of the page that marked the answer');
  return chunks;
}
