import { registerHooks } from 'node:module';

/** Turns the product that is loaded next into a known-bad variant: in one of its modules, `right` is replaced by `wrong`. */
export function breakProduct(module: string, right: string, wrong: string): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/${module}`)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(right)) throw new Error(`${module} no longer has the text that this variant breaks.`);
      return { ...loaded, source: source.replace(right, wrong) };
    },
  });
}
