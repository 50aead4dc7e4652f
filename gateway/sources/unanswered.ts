/** No answer came. `mayHaveBegun` is false where the replica surely did nothing. */
export class Unanswered extends Error {
  constructor(
    readonly mayHaveBegun: boolean,
    options: ErrorOptions,
  ) {
    super('the replica gave no answer', options);
  }
}
