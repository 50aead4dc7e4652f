export type ThemeChoice = 'light' | 'dark' | 'system';

const KEPT = 'parley.theme';

/** What the person chose; `static/boot.js` turns it into colours, also before this program runs. */
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
