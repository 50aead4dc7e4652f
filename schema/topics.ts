/**
 * Live topics: what is *seen*. A message may be lost, so nothing may depend on its arrival: whoever
 * listens can read the truth elsewhere. Each topic is split by a key.
 */
export interface Topics {
  /** key: run id. A burst of stored run events; `events` may be left out, the log has them. */
  run: { runId: string; attempt: number; firstSeq: number; lastSeq: number; events?: StoredRunEvent[] };
  /** key: 'all'. A run waits for a worker: a new one, or one that was handed back. The next sweep finds it too, only later. */
  'run.queued': { runId: string };
  /** key: run id. Somebody pressed stop. */
  'run.stop': { runId: string };
  /** key: user id. A conversation of the person changed (title, newest message, active run). */
  conversation: { conversationId: string; deleted?: boolean };
  /** key: knowledge base id. */
  document: { documentId: string; status: string; stage: string; progress: number | null; deleted?: boolean };
  /** key: user id. */
  notification: { notificationId: string };
  /** key: 'all'. Sessions that were revoked a moment ago; the truth is the session table. */
  'session.revoked': { sessionIds: string[] };
  /** key: 'all'. A value of the cache was taken back; who misses it has an old one for half a minute more. */
  'cache.forgotten': { key: string };
  /** key: 'all'. A fact was recorded that changes the live figures. */
  metrics: { reason: string };
}

export type Topic = keyof Topics;

/** One row of the run log, as stored and as shown. `seq` is contiguous from 1 within an attempt. */
export interface StoredRunEvent {
  attempt: number;
  seq: number;
  kind: string;
  data: Record<string, unknown>;
  at: string;
}
