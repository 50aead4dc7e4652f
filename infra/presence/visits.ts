/** The people of one process and how many connections each has. */
export class Visits {
  readonly #connections = new Map<string, number>();

  /** True when the person was not here before. */
  enter(userId: string): boolean {
    const before = this.#connections.get(userId) ?? 0;
    this.#connections.set(userId, before + 1);
    return before === 0;
  }

  /** True when that was the person's last connection. */
  leave(userId: string): boolean {
    const left = (this.#connections.get(userId) ?? 1) - 1;
    if (left > 0) this.#connections.set(userId, left);
    else this.#connections.delete(userId);
    return left === 0;
  }

  get people(): string[] {
    return [...this.#connections.keys()];
  }
}
