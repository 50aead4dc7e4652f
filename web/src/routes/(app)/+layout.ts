/** Everything in here is private and live: it is drawn in the browser only. */
export const ssr = false;
export const prerender = false;
