/**
 * Whether a key press sends: Enter alone, and never the Enter that ends the composition of a word (Safari reports
 * that one as key code 229). On a touch keyboard Enter makes a line; there is a button to send.
 */
export function sendsOnEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (event.isComposing || event.keyCode === 229) return false;
  return event.ctrlKey || event.metaKey || !matchMedia('(pointer: coarse)').matches;
}
