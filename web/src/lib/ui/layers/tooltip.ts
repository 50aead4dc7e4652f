import type { Attachment } from 'svelte/attachments';
import { follow, type Placement } from './placement.ts';

/** Shows an element's name after a moment of hover or on keyboard focus. The name itself is its aria-label. */
export function tooltip(text: string, placement: Placement = { side: 'bottom', align: 'center' }): Attachment<HTMLElement> {
  return (anchor) => {
    let bubble: HTMLElement | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unfollow = () => {};

    const hide = () => {
      clearTimeout(timer);
      unfollow();
      bubble?.remove();
      bubble = undefined;
    };
    const show = () => {
      if (bubble || !anchor.isConnected) return;
      bubble = document.createElement('div');
      bubble.popover = 'manual';
      bubble.textContent = text;
      bubble.setAttribute('aria-hidden', 'true');
      bubble.className = 'enters pointer-events-none fixed m-0 max-w-64 rounded-control bg-ink px-2 py-1 text-12 font-medium text-page';
      document.body.append(bubble);
      bubble.showPopover();
      unfollow = follow(anchor, bubble, placement);
    };
    const soon = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') timer = setTimeout(show, 500);
    };
    // In a later task: a popover that closes returns the focus, and no other may be shown before it is closed.
    const onfocus = () => {
      if (anchor.matches(':focus-visible')) timer = setTimeout(show);
    };
    const onkeydown = (event: KeyboardEvent) => event.key === 'Escape' && hide();

    const events = { pointerenter: soon, pointerleave: hide, pointerdown: hide, focus: onfocus, blur: hide, keydown: onkeydown };
    for (const [name, listener] of Object.entries(events)) anchor.addEventListener(name, listener as EventListener);
    return () => {
      hide();
      for (const [name, listener] of Object.entries(events)) anchor.removeEventListener(name, listener as EventListener);
    };
  };
}
