/** Ends well while the role of this container is ready. */
const answer = await fetch(`http://127.0.0.1:${process.env.PORT || 4000}/health/ready`, { signal: AbortSignal.timeout(4_000) }).catch(
  () => null,
);
process.exit(answer?.ok ? 0 : 1);
