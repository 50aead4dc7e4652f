import { afterNavigate, beforeNavigate, goto } from '$app/navigation';
import { navigating, page } from '$app/state';
import { untrack } from 'svelte';

interface Layer {
  close: () => void;
  mayClose: () => boolean;
}

/** Open layers above the page, the topmost last. */
const layers: Layer[] = [];
/** Number of history entries that represent layers. */
let entries = 0;
let isPushing = false;
/** True while the browser goes back over entries of layers that are already closed. */
let isReturning = false;
let isLeaving = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let arrivals: (() => void)[] = [];
/** The scroll position before the router restored the one of the entry, if the page stays the same. */
let scrollBefore: number | undefined;

/**
 * Makes Back close a layer instead of leaving the page. Call the returned function when the layer has closed for any reason;
 * its history entry is then removed.
 */
export function closeOnBack(close: () => void, mayClose: () => boolean = () => true): () => void {
  const layer = { close, mayClose };
  layers.push(layer);
  soon();
  return () => {
    layers.splice(layers.indexOf(layer), 1);
    soon();
  };
}

/** Keeps the history entries equal to the open layers. Call it once, during the set-up of the frame. */
export function watchBack(): void {
  beforeNavigate((navigation) => {
    const isOwn = isLeaving || navigation.shallow || navigation.type === 'popstate' || navigation.willUnload;
    if (isOwn || !navigation.to || (entries === 0 && !isReturning)) return;
    navigation.cancel();
    void leaveLayers(navigation.to.url);
  });
  afterNavigate(soon);
  $effect(() => {
    const depth = page.state.layers ?? 0;
    untrack(() => arrive(depth));
  });
  $effect(() => {
    addEventListener('popstate', keepScroll, { capture: true });
    addEventListener('popstate', soon);
    return () => {
      removeEventListener('popstate', keepScroll, { capture: true });
      removeEventListener('popstate', soon);
    };
  });
}

function keepScroll(): void {
  scrollBefore = location.href === page.url.href ? scrollY : undefined;
}

function arrive(depth: number): void {
  const byReader = depth < entries && !isReturning;
  // The page below may have scrolled meanwhile, e.g. while an answer was being written beside an open panel.
  if (depth < entries && scrollBefore !== undefined) scrollTo({ top: scrollBefore, behavior: 'instant' });
  scrollBefore = undefined;
  isReturning = false;
  entries = depth;
  for (const layer of byReader ? layers.slice(depth).toReversed() : []) {
    if (!layer.mayClose()) break;
    layer.close();
  }
  for (const arrived of arrivals) arrived();
  arrivals = [];
  soon();
}

/** Runs in the next task, after all layers that one event opens and closes. */
function soon(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void settle();
  });
}

async function settle(): Promise<void> {
  // During a navigation does nothing; the next page schedules it again.
  if (isPushing || isReturning || isLeaving || navigating.to || location.href !== page.url.href) return;
  if (layers.length > entries) await push();
  else if (layers.length < entries) back(entries - layers.length);
}

async function push(): Promise<void> {
  isPushing = true;
  try {
    await goto(page.url.href, { shallow: true, persistState: true, state: { ...page.state, layers: entries + 1 } });
  } finally {
    isPushing = false;
    soon();
  }
}

function back(steps: number): void {
  isReturning = true;
  history.go(-steps);
}

/**
 * Follows a link in a layer from the page below, so that Back returns there. The entry of a layer is not replaced, because
 * the router would treat the new page as another state of the page below.
 */
async function leaveLayers(url: URL): Promise<void> {
  const arrived = () => new Promise<void>((resolve) => arrivals.push(resolve));
  isLeaving = true;
  try {
    if (isReturning) await arrived();
    if (entries > 0) {
      back(entries);
      await arrived();
    }
    await goto(url);
  } finally {
    isLeaving = false;
    soon();
  }
}
