import type { Member } from './company.ts';

/** A message: when it was sent, and when its sender was told that it is kept. Milliseconds since 1970. */
export interface Write {
  messageId: string;
  begunAt: number;
  acknowledgedAt: number;
  member: Member;
}

/** People who send one message after the other and note each, until their site is lost. */
export class Writers {
  readonly writes: Write[] = [];
  #isOver = false;
  readonly #writing: Promise<unknown>;

  constructor(members: Member[]) {
    this.#writing = Promise.all(members.map((member) => this.#write(member)));
    // Told by `end`.
    this.#writing.catch(() => undefined);
  }

  /** Whatever is being sent now may never be acknowledged. */
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
