/**
 * Returns true if a key press sends: Enter alone, but not the Enter that ends the composition of a word (Safari reports key
 * code 229). On a touch keyboard Enter starts a new line, and a button sends.
 */
export function sendsOnEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (event.isComposing || event.keyCode === 229) return false;
  return event.ctrlKey || event.metaKey || !matchMedia('(pointer: coarse)').matches;
}
