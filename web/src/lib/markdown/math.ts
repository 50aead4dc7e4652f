const LONGEST = 10_000;

/** Sets the formulas of an element. The setter and its fonts are loaded for the first formula, not before. */
export async function setMath(root: HTMLElement): Promise<void> {
  const formulas = [...root.querySelectorAll<HTMLElement>('[data-tex]:not([data-set])')];
  if (formulas.length === 0) return;
  const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  for (const formula of formulas) {
    const tex = formula.dataset['tex'] ?? '';
    if (!formula.isConnected || tex.length > LONGEST) continue;
    katex.render(tex, formula, { displayMode: formula.dataset['display'] === 'true', throwOnError: false, output: 'htmlAndMathml' });
    formula.dataset['set'] = 'true';
  }
}
