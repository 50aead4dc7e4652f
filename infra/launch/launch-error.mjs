/** Why the launcher stops; the message is all that is printed. */
export class LaunchError extends Error {}
