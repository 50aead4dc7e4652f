/** Prerendered: signing in needs no data from the graph. */
export const prerender = true;
