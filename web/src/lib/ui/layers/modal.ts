import type { Attachment } from 'svelte/attachments';
import { closeOnBack } from './back.svelte.ts';

/**
 * Opens a <dialog> as the browser's own modal. Escape, Back and a press that begins and ends on the backdrop
 * ask to close; `mayClose` may refuse, and `back: false` is for what Back closes by itself, since the address says that it is open. Focus goes to [data-autofocus], else to the first field where `fields` says so,
 * else to the dialog itself: on a phone, a field in focus brings up the keyboard.
 */
export function modal(
  close: () => void,
  { mayClose = () => true, fields = false, back = true }: { mayClose?: () => boolean; fields?: boolean; back?: boolean } = {},
): Attachment<HTMLDialogElement> {
  return (dialog) => {
    const before = document.activeElement;
    dialog.showModal();
    lockPage(1);
    const first = dialog.querySelector<HTMLElement>(
      fields ? '[data-autofocus], input:not([type=hidden]), textarea, select' : '[data-autofocus]',
    );
    if (first) first.focus();
    else {
      dialog.tabIndex = -1;
      dialog.focus();
    }

    let pressedOutside = false;
    const outside = (event: MouseEvent) => event.target === dialog && !within(dialog.getBoundingClientRect(), event);
    const oncancel = (event: Event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      if (mayClose()) close();
    };
    const ondown = (event: MouseEvent) => (pressedOutside = outside(event));
    const onclick = (event: MouseEvent) => pressedOutside && outside(event) && mayClose() && close();

    dialog.addEventListener('cancel', oncancel);
    dialog.addEventListener('mousedown', ondown);
    dialog.addEventListener('click', onclick);
    const closed = back ? closeOnBack(close, mayClose) : undefined;
    return () => {
      closed?.();
      dialog.close();
      lockPage(-1);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  };
}

let openDialogs = 0;

/** Keeps the page behind dialogs from scrolling. A CSS `:has` would be matched again at each change of the page. */
function lockPage(change: 1 | -1): void {
  openDialogs += change;
  document.documentElement.classList.toggle('overflow-hidden', openDialogs > 0);
}

function within(box: DOMRect, { clientX, clientY }: MouseEvent): boolean {
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
}
