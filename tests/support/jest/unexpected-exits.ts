/** Unexpected ends of products, each reported by the next `afterEach`. */
export const unexpectedExits: string[] = [];

/** The processes of shared products, which are not children of the worker. */
export const sharedProcesses = new Set<number>();

/** Adds the shared products that have ended since the last call. */
export function findSharedExits(): void {
  for (const pid of sharedProcesses) {
    try {
      process.kill(pid, 0);
    } catch {
      sharedProcesses.delete(pid);
      unexpectedExits.push(`the shared product (process ${pid}) ended by itself; its last log lines are in the output of this run`);
    }
  }
}
