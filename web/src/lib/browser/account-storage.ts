/**
 * Stores drafts and choices in this browser. Each entry belongs to one account, is read for that account
 * only, and goes when the account signs out or another one signs in.
 */
const OURS = 'parley.of.';
/** Written by earlier versions, without an owner. */
const UNOWNED = /^parley\.(?:draft\.|assistant$)/;

let owner = '';

/** Sets the account whose entries are used from now on, and removes those of all others. */
export function openAccountStorage(userId: string): void {
  owner = userId;
  remove((key) => UNOWNED.test(key) || (key.startsWith(OURS) && !key.startsWith(`${OURS}${userId}.`)));
}

export function readStored(name: string): string | null {
  try {
    return owner ? localStorage.getItem(nameOf(name)) : null;
  } catch {
    return null;
  }
}

/** Removes the entry if the value is empty. Without storage (private mode, quota) only convenience is lost. */
export function store(name: string, value: string): void {
  if (!owner) return;
  try {
    if (value) localStorage.setItem(nameOf(name), value);
    else localStorage.removeItem(nameOf(name));
  } catch {
    // No action of the user would help.
  }
}

/** Removes the entries of every account. Later writes of pages that are still open are ignored. */
export function clearStorage(): void {
  owner = '';
  remove((key) => key.startsWith(OURS) || UNOWNED.test(key));
}

function nameOf(name: string): string {
  return `${OURS}${owner}.${name}`;
}

function remove(which: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) if (which(key)) localStorage.removeItem(key);
  } catch {
    // Storage is blocked, so nothing was stored either.
  }
}
