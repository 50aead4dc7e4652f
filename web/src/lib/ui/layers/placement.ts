export interface Placement {
  side?: 'top' | 'bottom' | 'left' | 'right';
  align?: 'start' | 'center' | 'end';
  /** Distance to the anchor, px. */
  gap?: number;
}

const EDGE = 8;

/** Positions a `fixed` element beside its anchor, on the opposite side if there is no space, within the window. */
export function place(anchor: Element, floating: HTMLElement, { side = 'bottom', align = 'start', gap = 6 }: Placement = {}): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = floating;
  const { innerWidth, innerHeight } = window;
  const space = { top: at.top, bottom: innerHeight - at.bottom, left: at.left, right: innerWidth - at.right };
  const opposite = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const;
  const needed = (side === 'top' || side === 'bottom' ? height : width) + gap + EDGE;
  const chosen = space[side] < needed && space[opposite[side]] > space[side] ? opposite[side] : side;

  const along = (start: number, end: number, size: number) =>
    align === 'start' ? start : align === 'end' ? end - size : (start + end - size) / 2;
  const left = chosen === 'left' ? at.left - gap - width : chosen === 'right' ? at.right + gap : along(at.left, at.right, width);
  const top = chosen === 'top' ? at.top - gap - height : chosen === 'bottom' ? at.bottom + gap : along(at.top, at.bottom, height);

  floating.style.left = `${clamp(left, innerWidth - width)}px`;
  floating.style.top = `${clamp(top, innerHeight - height)}px`;
}

function clamp(value: number, max: number): number {
  return Math.round(Math.max(EDGE, Math.min(value, max - EDGE)));
}

/** Keeps the element positioned on scroll and resize; returns a function that stops. */
export function follow(anchor: Element, floating: HTMLElement, placement?: Placement): () => void {
  const again = () => place(anchor, floating, placement);
  again();
  const sizes = new ResizeObserver(again);
  sizes.observe(floating);
  addEventListener('scroll', again, { capture: true, passive: true });
  addEventListener('resize', again);
  return () => {
    sizes.disconnect();
    removeEventListener('scroll', again, { capture: true });
    removeEventListener('resize', again);
  };
}
