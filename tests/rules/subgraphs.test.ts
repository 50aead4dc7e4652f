import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SETTINGS } from '../../infra/config.ts';
import { SUBGRAPH_NAMES } from '../../schema/subgraphs.ts';
import { all } from '../../subgraphs/all.ts';
import { readCompose } from '../support/deployment/compose.ts';

const CHART = 'infra/deploy/helm/parley';
const read = (file: string) => readFileSync(file, 'utf8');
const compose = readCompose();
const gateway = compose.roles.find(({ command }) => command?.[0] === 'gateway')!;
const helmValues = parse(read(`${CHART}/values.yaml`));
const helmRoles = JSON.parse(read(`${CHART}/values.schema.json`)).properties.roles;
/** The names of which the template makes the addresses. */
const helmUrls = [.../\$name := list ((?:"\w+" ?)+)/.exec(read(`${CHART}/templates/settings.yaml`))![1]!.matchAll(/\w+/g)].map(
  ([name]) => name,
);
const scraped: string[] = parse(read('infra/deploy/prometheus/prometheus.yml')).scrape_configs[0].static_configs.map(
  (each: { labels: { role: string } }) => each.labels.role,
);

/** Lists every place that needs a line for each subgraph, and whether it has the one of `name`. */
function placesOf(name: string): Record<string, boolean> {
  const setting = `${name.toUpperCase()}_URL`;
  return {
    [`subgraphs/${name}/${name}.ts`]: existsSync(`subgraphs/${name}/${name}.ts`),
    [`subgraphs/${name}/README.md`]: existsSync(`subgraphs/${name}/README.md`),
    [`schema/${name}.graphql`]: existsSync(`schema/${name}.graphql`),
    [`tests/graph/${name}.test.ts`]: existsSync(`tests/graph/${name}.test.ts`),
    'subgraphs/all.ts': all.some((subgraph) => subgraph.name === name),
    [`infra/config.ts: ${setting}`]: setting in SETTINGS,
    'README.md': read('README.md').includes(`subgraphs/${name}/README.md`),
    'docker-compose.yml: a service': compose.roles.some((service) => service.command?.[0] === name),
    [`docker-compose.yml: ${setting}`]: compose.roles.every(({ environment }) => setting in environment),
    'docker-compose.yml: depends_on of the gateways': name in gateway.depends_on,
    [`${CHART}/values.yaml: roles`]: name in helmValues.roles,
    [`${CHART}/values.schema.json: roles`]: name in helmRoles.properties && helmRoles.required.includes(name),
    [`${CHART}/templates/settings.yaml`]: helmUrls.includes(name),
    'infra/deploy/prometheus/prometheus.yml': scraped.includes(name),
  };
}

const missingOf = (name: string) => Object.entries(placesOf(name)).flatMap(([place, isThere]) => (isThere ? [] : [place]));

describe('the list of subgraphs', () => {
  it.each(SUBGRAPH_NAMES)('has %s in every place that needs a line for it', (name) => {
    expect(missingOf(name)).toEqual([]);
  });

  it('reports every missing place of a subgraph that is only named (control)', () => {
    expect(missingOf('nowhere')).toEqual(Object.keys(placesOf('nowhere')));
  });

  it('contains every subgraph that the deployments name', () => {
    const known = new Set<string>([...SUBGRAPH_NAMES, 'gateway', 'worker']);
    const named = [...Object.keys(helmValues.roles), ...helmRoles.required, ...helmUrls, ...scraped, ...all.map(({ name }) => name)];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
