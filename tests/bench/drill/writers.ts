import type { Member } from './company.ts';

/** A message: the time of its sending, and of its acknowledgement, in milliseconds since 1970. */
export interface Write {
  messageId: string;
  begunAt: number;
  acknowledgedAt: number;
  member: Member;
}

/** People who send one message after the other and record each, until their site is lost. */
export class Writers {
  readonly writes: Write[] = [];
  #isOver = false;
  readonly #writing: Promise<unknown>;

  constructor(members: Member[]) {
    this.#writing = Promise.all(members.map((member) => this.#write(member)));
    // The failure is reported by `end`.
    this.#writing.catch(() => undefined);
  }

  /** Accepts that requests in flight are never acknowledged. */
  expectLoss(): void {
    this.#isOver = true;
  }

  async end(): Promise<Write[]> {
    this.#isOver = true;
    await this.#writing;
    return this.writes.toSorted((a, b) => a.acknowledgedAt - b.acknowledgedAt);
  }

  async #write(member: Member): Promise<void> {
    for (let count = 1; !this.#isOver; count++) {
      const begunAt = Date.now();
      try {
        const { messageId, runId } = await member.person.send(member.conversationId, `Note ${count}: the bridge is open.`);
        this.writes.push({ messageId, begunAt, acknowledgedAt: Date.now(), member });
        await member.person.follow(runId);
      } catch (error) {
        if (!this.#isOver) throw error;
      }
    }
  }
}
