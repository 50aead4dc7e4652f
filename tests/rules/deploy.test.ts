import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readConfig, SETTINGS } from '../../infra/config.ts';
import { PrometheusMetrics } from '../../infra/metrics/prometheus.ts';
import { requireSharedServers, roleFrom } from '../../infra/compose/roles/role.ts';
import { SUBGRAPH_NAMES } from '../../schema/subgraphs.ts';
import { readCompose, readDockerfile, type ComposeService } from '../support/deployment/compose.ts';
import { namesIn } from '../support/telemetry/metrics.ts';

const compose = readCompose({ PUBLIC_HOST: 'parley.example.org' });
const folder = mkdtempSync(join(tmpdir(), 'parley-deploy-'));
const makeSecrets = () =>
  execFileSync('sh', ['-c', 'umask 077; exec "$0" infra/deploy/make-secrets.mjs "$1"', process.execPath, folder], { encoding: 'utf8' });
makeSecrets();
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (path: string) => path.replace('/run/secrets', folder);
const isProduct = ({ image }: ComposeService) => image.startsWith('parley:');

describe('docker-compose.yml', () => {
  it('starts every role except the role of all, with two gateways and two workers', () => {
    const roles = compose.roles.map(({ command }) => command![0]).toSorted();
    expect(roles).toEqual([...SUBGRAPH_NAMES, 'gateway', 'gateway', 'worker', 'worker'].toSorted());
  });

  it.each(compose.services.filter(isProduct))('gives $name only existing settings, and all that its role needs', (service) => {
    const names = Object.keys(service.environment).filter((name) => name !== 'KEEP_DAYS');
    expect(names.map((name) => name.replace(/_FILE$/, '')).filter((name) => !(name in SETTINGS))).toEqual([]);
    const environment = { ...readDockerfile().environment, ...service.environment };
    const config = readConfig(Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, inFolder(value)])));
    const [role] = service.command ?? ['everything'];
    expect(() => role !== 'everything' && requireSharedServers(roleFrom([role!]), config)).not.toThrow();
    // Several processes share the vectors and files, so neither may be on a local disk.
    expect([config.WEAVIATE_URL, config.S3_BUCKET]).not.toContain(undefined);
  });

  it('passes every secret as a file that make-secrets.mjs creates, and none in the environment', () => {
    for (const { environment, secrets } of compose.services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/FILE$/.test(name)) expect(secrets).toContain(value.replace('/run/secrets/', ''));
        else expect(`${name}=${value}`).not.toMatch(/(SECRET|PASSWORD|TOKEN|API_KEY)\w*=./);
      }
    }
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    expect(new Set(compose.services.flatMap(({ secrets }) => secrets))).toEqual(new Set(Object.keys(compose.secrets)));
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(makeSecrets()).toBe('');
  });

  it('makes secrets readable for the users of the containers and writable for their owner, under any umask', () => {
    for (const name of readdirSync(folder)) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o644]);
  });

  it('hardens and limits every service, and pins its version', () => {
    for (const service of compose.services) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: expect.stringMatching(/unless-stopped|on-failure/),
        deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
      });
      expect(service.image).toMatch(isProduct(service) ? /^parley:/ : /:[\w.-]*\d[\w.-]*$/);
    }
  });

  it('exposes only the proxy, and keeps the servers in networks without a route out', () => {
    const open = compose.services.filter(({ ports }) => ports.some((port) => !port.startsWith('127.0.0.1:')));
    expect(open.map(({ name }) => name)).toEqual(['proxy']);
    expect(compose.networks['inside']).toEqual({ internal: true });
    for (const name of ['postgres', 'redis', 'weaviate', 's3'])
      expect(compose.services.find((each) => each.name === name)!.networks).toEqual(['inside']);
  });

  it('runs an init process in each container whose command is a waiting shell, so that signals end it', () => {
    const waiting = compose.services.filter(({ entrypoint }) => entrypoint?.[1]?.endsWith('.sh'));
    // Images of PostgreSQL set SIGINT as the stop signal, which a waiting shell ignores as well.
    expect(waiting.map(({ name, init, stop_signal }) => [name, init, stop_signal])).toEqual([
      ['backup', true, undefined],
      ['base-backup', true, 'SIGTERM'],
    ]);
  });

  it.each([
    ['a day', 0, '86400'],
    ['ten minutes', 1, '600'],
  ])('starts the next backup after %s when a backup ends with exit code %i', (_words, code, seconds) => {
    const programs = mkdtempSync(join(tmpdir(), 'parley-deploy-programs-'));
    const program = (name: string, body: string) => writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    program('node', `exit ${code}`);
    program('find', 'exit 0');
    program('sleep', 'echo "$1"; exit 1');
    const env = { PATH: `${programs}:${process.env['PATH']}`, KEEP_DAYS: '14' };
    const { stdout } = spawnSync('sh', ['infra/deploy/backup.sh'], { env, encoding: 'utf8' });
    rmSync(programs, { recursive: true });
    expect(stdout.trim()).toBe(seconds);
  });

  it('packs the archived write-ahead log, and deletes files by the names that it gives them', () => {
    const command = compose.services.find(({ name }) => name === 'postgres')!.command!.find((part) => part.startsWith('archive_command='));
    expect(command).toMatch(/gzip -1c %p .* mv \S+ \/archive\/wal\/%f\.gz; fi$/);
    expect(readFileSync('infra/deploy/postgres/base-backup.sh', 'utf8')).toContain('pg_archivecleanup -x .gz /archive/wal');
    expect(readFileSync('infra/deploy/README.md', 'utf8')).toContain("restore_command = 'gunzip -c");
  });

  it('names only existing files, volumes, networks and services', () => {
    const names = compose.services.map(({ name }) => name);
    for (const { volumes, networks, depends_on } of compose.services) {
      for (const [source = ''] of volumes.map((volume) => volume.split(':')))
        expect(source.startsWith('.') ? existsSync(source) : source.startsWith('/') || compose.volumes.includes(source)).toBe(true);
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
      for (const dependency of Object.keys(depends_on)) expect(names).toContain(dependency);
    }
  });

  it('proxies to each gateway, and scrapes each role', () => {
    const upstreams = [.../reverse_proxy (.+) \{/.exec(readFileSync('infra/deploy/caddy/Caddyfile', 'utf8'))![1]!.split(' ')];
    const gateways = compose.roles.filter(({ command }) => command![0] === 'gateway');
    expect(upstreams).toEqual(gateways.map(({ name }) => `${name}:4000`));
    const { scrape_configs: scraped } = parse(readFileSync('infra/deploy/prometheus/prometheus.yml', 'utf8'));
    const targets = scraped[0].static_configs.flatMap((each: any) => each.targets.map((target: string) => [target, each.labels.role]));
    expect(Object.fromEntries(targets)).toEqual(
      Object.fromEntries(compose.roles.map(({ name, command }) => [`${name}:4000`, command![0]])),
    );
  });
});

describe('the monitoring rules', () => {
  const rules = parse(readFileSync('infra/deploy/prometheus/rules.yml', 'utf8')).groups[0].rules as { alert: string; expr: string }[];
  const dashboard = JSON.parse(readFileSync('infra/deploy/grafana/dashboards/parley.json', 'utf8'));
  const drawn = dashboard.panels.flatMap((panel: any) => panel.targets ?? []).map(({ expr }: any) => expr as string);
  /** A metric is followed by its labels, its range or a closing bracket; a function by an opening one. */
  const metricsOf = (expr: string) =>
    [...expr.matchAll(/\b((?:parley|nodejs|process)_\w+|up)\b/g)].map(([, name]) => name!).filter((name) => name !== 'up');

  it('use only metrics that the product exports', async () => {
    const exported = namesIn((await new PrometheusMetrics().print()).text);
    const named = [...rules.map(({ expr }) => expr), ...drawn].flatMap(metricsOf);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });

  it("have an entry in the operator's handbook for every alert", () => {
    const handbook = readFileSync('infra/deploy/README.md', 'utf8');
    expect(rules.map(({ alert }) => alert).filter((alert) => !handbook.includes(`**${alert}**`))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const { text, stages, last, entrypoint } = readDockerfile();

  it('runs under a numeric, unprivileged user, and never as root after that', () => {
    expect([...last.matchAll(/^USER (.+)$/gm)].map(([, user]) => user)).toEqual(['10001:10001']);
    expect(last.slice(last.indexOf('USER '))).not.toMatch(/^(RUN|COPY|ADD)/m);
  });

  it('runs Node as the process that receives signals, and has a health check', () => {
    expect(entrypoint).toEqual(['node', '--enable-source-maps', 'dist/infra/start.js']);
    expect(JSON.parse(/HEALTHCHECK .*CMD (\[.+\])$/m.exec(last)![1]!)).toEqual(['node', 'infra/deploy/health-check.mjs']);
  });

  it('downloads nothing outside package managers, keeps no compiler, and pins its base images', () => {
    expect(text).not.toMatch(/^ADD /m);
    expect(last).not.toMatch(/COPY (?!--from=)/);
    const own = stages.flatMap((stage) => /^\S+ AS (\w+)/.exec(stage)?.[1] ?? []);
    const bases = stages.map((stage) => stage.split(/\s/)[0]!).filter((base) => !own.includes(base));
    for (const base of bases) expect(base).toMatch(/:\d+\.\d+[\w.-]*$/);
    expect(stages.at(-2)).toContain('--omit=dev');
  });

  it('installs the library that the Node of the lockfile needs, in the build stages and in the final stage', () => {
    const ancestry = (stage: string): string => stage + (stages.find((each) => each.includes(` AS ${stage.split(/\s/)[0]}\n`)) ?? '');
    const running = stages.filter((stage) => stage === last || stage.includes('npm ci'));
    expect(running.length).toBe(3);
    for (const stage of running) expect(ancestry(stage)).toMatch(/apt-get install .*libatomic1/);
  });

  it('leaves out tests and sources, and makes files readable for its user under a strict umask', () => {
    expect(text).toContain("find dist -name '*.test.js*' -delete");
    const copied = [...last.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '));
    expect(copied).toContain('/app/schema/*.graphql');
    const opened = /chmod -R go\+rX (.+)/.exec(text)![1]!.split(' ');
    for (const path of copied) expect(opened.some((each) => `${path}/`.startsWith(`/app/${each}/`))).toBe(true);
  });

  it('has no secrets in its build context, and the repository has none either', () => {
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toEqual(expect.arrayContaining(['*', 'infra/deploy/secrets']));
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('infra/deploy/secrets/');
    for (const path of Object.values(compose.secrets)) expect(path).toMatch(/^\.\/infra\/deploy\/secrets\/\w+$/);
  });
});
