import { LaunchError } from '../launch-error.mjs';
import { main as printSchema } from '../schema.mjs';
import { fill } from './templates.mjs';

const CHART = 'infra/deploy/helm/parley';

/** A subgraph with one table and one query, in every place that tests/rules/subgraphs.test.ts names. */
export function subgraph(forms) {
  const { name, title } = forms;
  if (name !== forms.camel) throw new LaunchError(`"${name}" names a setting, a role and a PostgreSQL schema: it must be one word.`);
  const folder = `subgraphs/${name}`;
  return {
    files: {
      [`${folder}/${name}.ts`]: fill('subgraph.ts.txt', forms),
      [`${folder}/entry.entity.ts`]: fill('entry.entity.ts.txt', forms),
      [`${folder}/entry.type.ts`]: fill('entry.type.ts.txt', forms),
      [`${folder}/entry.resolver.ts`]: fill('entry.resolver.ts.txt', forms),
      [`${folder}/migrations/0001-${name}.ts`]: fill('migration.ts.txt', forms),
      [`${folder}/README.md`]: fill('subgraph.md.txt', forms),
      [`tests/graph/${name}.test.ts`]: fill('subgraph.test.ts.txt', forms),
      // Printed below.
      [`schema/${name}.graphql`]: '',
    },
    edits: {
      'schema/subgraphs.ts': [[/(SUBGRAPH_NAMES = \[[^\]]*)\]/, `$1, '${name}']`]],
      'subgraphs/all.ts': [
        [/(import type \{ Subgraph \})/, `import { ${name} } from './${name}/${name}.ts';\n$1`],
        [/(export const all = \[[^\]]*)\]/, `$1, ${name}]`],
      ],
      'README.md': [[/(\|.*subgraphs\/analytics\/README\.md.*\|\n)/, `$1| ${title} | entries | [${name}](${folder}/README.md) |\n`]],
      ...deployment(name),
    },
    left: [
      `${folder}/: name its entities after what they are; add a service, mutations and domain events`,
      `${folder}/README.md and the new row of README.md: what it is for`,
      'docker-compose.yml: whether it may reach the internet (*outgoing) or not (*product)',
      `web/src/lib/${name}/: npm run new -- page ${name}`,
      'infra/README.md: the table of roles',
      'npm run check',
    ],
    finish: () => printSchema([]),
  };
}

function deployment(name) {
  const role = '{ "$ref": "#/definitions/role" }';
  return {
    'docker-compose.yml': [
      [/((?: {4}[A-Z]+_URL: http:\/\/\w+:4000\n)+)/, `$1    ${name.toUpperCase()}_URL: http://${name}:4000\n`],
      [/( {4}<<: \*servers\n(?: {4}\w+: \{ condition: service_healthy \}\n)+)/, `$1    ${name}: { condition: service_healthy }\n`],
      [/((?: {2}\w+: \{ <<: \*\w+, command: \[\w+\] \}\n)+)/, `$1  ${name}: { <<: *product, command: [${name}] }\n`],
    ],
    [`${CHART}/values.yaml`]: [[/(\nroles:\n(?: .*\n)+)/, `$1  ${name}: {}\n`]],
    [`${CHART}/values.schema.json`]: [
      [/("required": \["gateway", "worker"[^\]]*)\]/, `$1, "${name}"]`],
      [/( {8}"worker": \{ "\$ref": .*\},\n)/, (line) => `${line}        "${name}": ${role},\n`],
    ],
    [`${CHART}/templates/settings.yaml`]: [[/(\$name := list (?:"\w+" )*"\w+")/, `$1 "${name}"`]],
    'infra/deploy/prometheus/prometheus.yml': [
      [/((?: {6}- \{ targets: .*\n)+)/, `$1      - { targets: ['${name}:4000'], labels: { role: ${name} } }\n`],
    ],
  };
}
