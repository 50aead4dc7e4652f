import type { Attachment } from 'svelte/attachments';
import { closeOnBack } from './back.svelte.ts';
import { follow, type Placement } from './placement.ts';

interface Floating {
  anchor: () => HTMLElement | null;
  placement: () => Placement;
  onToggle: (open: boolean) => void;
}

/** Keeps an open `popover` beside its trigger. Back hides it, as Escape and a press beside it do. */
export function floating({ anchor, placement, onToggle }: Floating): Attachment<HTMLElement> {
  return (node) => {
    let unfollow = () => {};
    let closed = () => {};
    const stop = () => {
      unfollow();
      closed();
      unfollow = closed = () => {};
    };
    // Unlike `toggle`, runs before a dialog that a menu item opens takes the place in the history.
    const onbeforetoggle = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') stop();
    };
    const ontoggle = (event: Event) => {
      const open = (event as ToggleEvent).newState === 'open';
      stop();
      const trigger = open ? anchor() : null;
      if (trigger) unfollow = follow(trigger, node, placement());
      if (open) closed = closeOnBack(() => node.hidePopover());
      onToggle(open);
    };
    node.addEventListener('beforetoggle', onbeforetoggle);
    node.addEventListener('toggle', ontoggle);
    return stop;
  };
}
