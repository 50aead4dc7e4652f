import { fill } from './templates.mjs';

/** A tool without dependencies, with a test beside it, in the list of tools and in the test of that list. */
export function tool(forms) {
  const { name, camel, snake } = forms;
  return {
    files: {
      [`subgraphs/tools/${name}.ts`]: fill('tool.ts.txt', forms),
      [`subgraphs/tools/${name}.test.ts`]: fill('tool.test.ts.txt', forms),
    },
    edits: {
      'subgraphs/tools/registry.ts': [
        [/(import type \{ Tool \} from '\.\/tool\.ts';\n)/, `$1import { ${camel} } from './${name}.ts';\n`],
        [/(const tools = \[.+)\];/, `$1, ${camel}];`],
      ],
      'tests/graph/tools.test.ts': [[/(toEqual\(\['calculate'.*?)\]\)/, `$1, '${snake}'])`]],
    },
    left: [
      `subgraphs/tools/${name}.ts: summary (for people), description (for a model), inputSchema and run`,
      `subgraphs/tools/${name}.test.ts: what it answers, and what it refuses`,
      'tests/graph/tools.test.ts: a call through the graph',
      'npx prettier --write subgraphs/tools tests/graph/tools.test.ts, then npm run check',
    ],
  };
}
