/** Responses that `static/boot.js` requested before this script was loaded, by operation name and variables. */
declare global {
  interface Window {
    parleyPreload?: Record<string, Promise<Response>>;
  }
}

/** Maximum age of a preloaded response; older ones may be stale. */
const OLDEST_MS = 30_000;

/** Works as `fetch`, but returns the preloaded response where there is one; each is used once. */
export const fetchPreloaded: typeof fetch = (input, init) => {
  const preloaded = takePreloaded(init?.body);
  return preloaded ? preloaded.catch(() => fetch(input, init)) : fetch(input, init);
};

function takePreloaded(body: unknown): Promise<Response> | undefined {
  const preloaded = globalThis.window?.parleyPreload;
  if (!preloaded || typeof body !== 'string') return undefined;
  if (performance.now() > OLDEST_MS) return void delete window.parleyPreload;
  const { operationName, variables } = JSON.parse(body) as { operationName?: string; variables?: unknown };
  const name = `${operationName}${JSON.stringify(variables ?? {})}`;
  const answer = preloaded[name];
  delete preloaded[name];
  return answer;
}
