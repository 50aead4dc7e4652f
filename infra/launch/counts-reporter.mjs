/** A reporter of Node's test runner that writes only the counts. */
export default async function* countsReporter(events) {
  for await (const { type, data } of events) {
    // The summary of the whole run names no file; each file has one of its own before it.
    if (type !== 'test:summary' || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo });
  }
}
