import { describe, expect, it } from '@jest/globals';
import { PRICE_VERSION, priceOf } from './prices.ts';

describe('priceOf', () => {
  it('prices input and output tokens separately', () => {
    expect(priceOf('gpt-4o', 1_000_000, 100_000)).toEqual({ usd: 3.5, version: PRICE_VERSION });
  });

  it.each(['gpt-4o-2024-08-06', 'openai/gpt-4o', 'GPT-4o', 'gpt-4o-latest'])('finds %s under the name on the price list', (model) => {
    expect(priceOf(model, 1_000_000, 0)?.usd).toBe(2.5);
  });

  it('does not confuse a smaller model with a larger one of similar name', () => {
    expect(priceOf('gpt-4o-mini-2024-07-18', 1_000_000, 0)?.usd).toBe(0.15);
  });

  it.each(['claude-opus-4-5-20251101', 'anthropic/claude-opus-4.5'])('accepts both spellings of a version: %s', (model) => {
    expect(priceOf(model, 0, 1_000_000)?.usd).toBe(25);
  });

  it.each(['llama3.3:70b', 'gpt-4o-mini-my-finetune', 'toString', ''])('returns null for %p', (model) => {
    expect(priceOf(model, 1000, 1000)).toBeNull();
  });

  it('charges nothing for the built-in model', () => {
    expect(priceOf('builtin', 1000, 1000)).toEqual({ usd: 0, version: PRICE_VERSION });
  });
});
