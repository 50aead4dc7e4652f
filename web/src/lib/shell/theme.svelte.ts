export type ThemeChoice = 'light' | 'dark' | 'system';

const KEPT = 'parley.theme';

/** The chosen theme; `static/boot.js` applies it, also before this program runs. */
class Theme {
  choice = $state<ThemeChoice>(read());

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(KEPT, choice);
    window.dispatchEvent(new Event('parley:theme'));
  }
}

function read(): ThemeChoice {
  const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export const theme = new Theme();
