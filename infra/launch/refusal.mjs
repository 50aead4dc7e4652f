/** Why the launcher stops; the message is all that is printed. */
export class Refusal extends Error {}
