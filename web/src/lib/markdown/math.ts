const LONGEST = 2_000;
const DEEPEST = 30;
/** Maximum time to typeset formulas before yielding to the event loop. */
const SLICE_MS = 8;
const BOUNDS = { throwOnError: false, strict: 'ignore', trust: false, output: 'htmlAndMathml', maxSize: 20, maxExpand: 200 } as const;

/** Typesets the formulas of an element. KaTeX and its fonts are loaded for the first formula. */
export async function setMath(root: HTMLElement): Promise<void> {
  const formulas = [...root.querySelectorAll<HTMLElement>('[data-tex]:not([data-set])')];
  if (formulas.length === 0) return;
  const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  let since = performance.now();
  for (const formula of formulas) {
    if (performance.now() - since > SLICE_MS) {
      await new Promise((go) => setTimeout(go));
      since = performance.now();
    }
    const tex = formula.dataset['tex'] ?? '';
    if (!formula.isConnected || tex.length > LONGEST || depthOf(tex) > DEEPEST) continue;
    try {
      katex.render(tex, formula, { ...BOUNDS, displayMode: formula.dataset['display'] === 'true' });
    } catch {
      // KaTeX failed; the formula is shown as text.
      formula.textContent = tex;
    }
    formula.dataset['set'] = 'true';
  }
}

/** Maximum nesting depth of groups: KaTeX recurses once per level. */
function depthOf(tex: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of tex.matchAll(/\\.|[{}]|\\begin|\\left\b/g)) {
    if (mark === '{') deepest = Math.max(deepest, ++depth);
    else if (mark === '}') depth -= 1;
  }
  return Math.max(deepest, tex.split(/\\left\b|\\begin\b|\\sqrt\b|[\^_]/).length - 1 > 150 ? DEEPEST + 1 : 0);
}
