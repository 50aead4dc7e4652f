/** No response was received. `mayHaveExecuted` is false if the request was certainly not executed, i.e. is safe to retry. */
export class TransportError extends Error {
  readonly mayHaveExecuted: boolean;

  constructor(mayHaveExecuted: boolean, options: ErrorOptions) {
    super('the replica gave no answer', options);
    this.mayHaveExecuted = mayHaveExecuted;
  }
}
