/**
 * Pub/sub channels for live updates. Delivery is at most once, so nothing may depend on a message: subscribers can
 * read the current state elsewhere. Each channel is partitioned by a key.
 */
export interface Channels {
  /** key: run id. A burst of stored run events; `events` may be omitted, the log has them. */
  run: { runId: string; attempt: number; firstSeq: number; lastSeq: number; events?: StoredRunEvent[] };
  /** key: 'all'. A run waits for a worker: a new or a released one. If the message is lost, the next sweep finds the run. */
  'run.queued': { runId: string };
  /** key: run id. A user pressed stop. */
  'run.stop': { runId: string };
  /** key: user id. A conversation of the user changed (title, newest message, active run). */
  conversation: { conversationId: string; deleted?: boolean };
  /** key: knowledge base id. */
  document: { documentId: string; status: string; stage: string; progress: number | null; deleted?: boolean };
  /** key: user id. */
  notification: { notificationId: string };
  /** key: 'all'. Sessions that were just revoked; the session table is authoritative. */
  'session.revoked': { sessionIds: string[] };
  /** key: 'all'. A cache entry was deleted; a process that misses this serves it for up to 30 s. */
  'cache.forgotten': { key: string };
  /** key: 'all'. The people who are connected to one gateway process: after a change, and every five seconds. */
  'people.connected': { process: string; people: number };
  /** key: 'all'. An event was recorded that changes the live metrics. */
  metrics: { reason: string };
}

export type Channel = keyof Channels;

/** One row of the run log, as stored and as shown. `seq` is contiguous from 1 within an attempt. */
export interface StoredRunEvent {
  attempt: number;
  seq: number;
  kind: string;
  data: Record<string, unknown>;
  at: string;
}
