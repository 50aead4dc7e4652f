/** No answer came. `mayHaveExecuted` is false where the replica surely did nothing. */
export class TransportError extends Error {
  constructor(
    readonly mayHaveExecuted: boolean,
    options: ErrorOptions,
  ) {
    super('the replica gave no answer', options);
  }
}
