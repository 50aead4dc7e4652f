/** Signing in needs nothing of the graph, so these pages are finished HTML. */
export const prerender = true;
