/** State of the live connection, for the banner and for reloads after an interruption. */
class Connection {
  /** `lost` begins when a socket that was open closes, or the browser knows that it is offline. */
  state = $state<'idle' | 'open' | 'lost'>('idle');
  #listeners = new Set<() => void>();

  opened(): void {
    const missedSomething = this.state === 'lost';
    this.state = 'open';
    if (missedSomething) for (const catchUp of this.#listeners) catchUp();
  }

  closed(onPurpose: boolean): void {
    this.state = onPurpose ? 'idle' : 'lost';
  }

  /** Calls back whenever the connection is restored, so that live data can be reloaded. */
  onReturn(catchUp: () => void): () => void {
    this.#listeners.add(catchUp);
    return () => this.#listeners.delete(catchUp);
  }
}

export const connection = new Connection();
