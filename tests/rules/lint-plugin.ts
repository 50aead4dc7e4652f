import { relative } from 'node:path';
import { boundaryFault, ownTarget, vendorFault } from './boundaries.ts';

interface Node {
  source?: { type: string; value: unknown } | null;
}

interface RuleContext {
  filename: string;
  cwd: string;
  report(problem: { node: unknown; message: string }): void;
}

/** Returns the package of `@scope/name/deep` or `name/deep`: `@scope/name` or `name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Reports an import, also of types, that crosses a boundary of `boundaries.ts`. */
function createBoundaryRule(context: RuleContext) {
  const file = relative(context.cwd, context.filename).replaceAll('\\', '/');
  const check = (node: Node) => {
    const specifier = node.source?.value;
    if (typeof specifier !== 'string') return;
    const target = ownTarget(file, specifier);
    const message = target === null ? vendorFault(file, packageOf(specifier)) : boundaryFault(file, target);
    if (message) context.report({ node: node.source, message });
  };
  return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
}

export default { meta: { name: 'parley' }, rules: { boundaries: { create: createBoundaryRule } } };
