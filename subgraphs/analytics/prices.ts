/**
 * List prices in US dollars per million tokens, [input, output], for short prompts and without discounts, as their
 * makers published them in March 2026. A new price is a new version; recorded usage keeps its version.
 */
export const PRICE_VERSION = '2026-03';

const PRICES = new Map<string, readonly [input: number, output: number]>(
  Object.entries<readonly [number, number]>({
    'gpt-5.2': [1.75, 14],
    'gpt-5.1': [1.25, 10],
    'gpt-5': [1.25, 10],
    'gpt-5-mini': [0.25, 2],
    'gpt-5-nano': [0.05, 0.4],
    'gpt-4.1': [2, 8],
    'gpt-4.1-mini': [0.4, 1.6],
    'gpt-4.1-nano': [0.1, 0.4],
    'gpt-4o': [2.5, 10],
    'gpt-4o-mini': [0.15, 0.6],
    'gpt-4-turbo': [10, 30],
    'gpt-3.5-turbo': [0.5, 1.5],
    o1: [15, 60],
    o3: [2, 8],
    'o3-mini': [1.1, 4.4],
    'o4-mini': [1.1, 4.4],
    'claude-opus-4-5': [5, 25],
    'claude-opus-4-1': [15, 75],
    'claude-opus-4': [15, 75],
    'claude-sonnet-4-5': [3, 15],
    'claude-sonnet-4': [3, 15],
    'claude-3-7-sonnet': [3, 15],
    'claude-3-5-sonnet': [3, 15],
    'claude-haiku-4-5': [1, 5],
    'claude-3-5-haiku': [0.8, 4],
    'claude-3-haiku': [0.25, 1.25],
    'gemini-2.5-pro': [1.25, 10],
    'gemini-2.5-flash': [0.3, 2.5],
    'gemini-2.5-flash-lite': [0.1, 0.4],
    'gemini-2.0-flash': [0.1, 0.4],
  }),
);

export interface Price {
  usd: number;
  version: string;
}

/** Computes the cost of a run; null for a model that is not listed. The built-in model costs nothing. */
export function priceOf(model: string, inputTokens: number, outputTokens: number): Price | null {
  const price = model === 'builtin' ? ([0, 0] as const) : PRICES.get(listName(model));
  if (!price) return null;
  return { usd: (inputTokens * price[0] + outputTokens * price[1]) / 1e6, version: PRICE_VERSION };
}

/** `openai/gpt-4o-2024-08-06` is listed as `gpt-4o`, `anthropic/claude-opus-4.5` as `claude-opus-4-5`. */
function listName(model: string): string {
  const name = model
    .toLowerCase()
    .replace(/^(openai|anthropic|google|azure|models)\//, '')
    .replace(/-(latest|\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  return name.startsWith('claude') ? name.replaceAll('.', '-') : name;
}
