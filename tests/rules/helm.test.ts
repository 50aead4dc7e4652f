import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig, SETTINGS } from '../../infra/config.ts';
import { requireSharedServers, ROLES, type Role } from '../../infra/compose/roles/role.ts';
import { readDockerfile } from '../support/deployment/compose.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';

const CHART = 'infra/deploy/helm/parley';
const values = parse(readFileSync(`${CHART}/values.yaml`, 'utf8'));
const helm = findProgram('helm');
const APART = ROLES.filter((role) => role !== 'everything').toSorted();

describe('the values of the Helm chart', () => {
  it('name every role except the role of all, and only existing settings', () => {
    expect(Object.keys(values.roles).toSorted()).toEqual(APART);
    expect([...values.secret.settings, ...Object.keys(values.settings)].filter((name) => !(name in SETTINGS))).toEqual([]);
  });

  it('match the values schema, which allows no others', () => {
    const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'));
    expect(Object.keys(values).filter((name) => !(name in schema.properties))).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });
});

describeWhen(helm.missing, 'the rendered Helm chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-helm-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...set: string[]) =>
    execFileSync(helm.path!, ['template', 'parley', CHART, '--kube-version', '1.31.0', ...set.flatMap((pair) => ['--set', pair])], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const render = (...set: string[]): any[] =>
    parseAllDocuments(run('publicUrl=https://parley.example.org', ...set)).map((one) => one.toJS());
  const everything = () => render('monitoring.enabled=true', 'backup.enabled=true');
  const ofKind = (kind: string, objects = everything()) => objects.filter((object) => object?.kind === kind);

  it('has a Deployment with probes, limits and no privileges for each role, and for the backup', () => {
    const deployments = ofKind('Deployment');
    expect(deployments.map(({ spec }) => spec.template.spec.containers[0].args[0]).toSorted()).toEqual(APART);
    const pods = [...deployments.map(({ spec }) => spec.template.spec), ofKind('CronJob')[0].spec.jobTemplate.spec.template.spec];
    for (const pod of pods) {
      expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 10001 } });
      expect(pod.containers[0]).toMatchObject({
        resources: { requests: { cpu: expect.any(String), memory: expect.any(String) }, limits: { memory: expect.any(String) } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      });
      expect(pod.containers[0].image).toMatch(/:\d/);
    }
    for (const { spec } of deployments) {
      const [container] = spec.template.spec.containers;
      expect(container.livenessProbe.httpGet.path).toBe('/health/live');
      expect(container.readinessProbe.httpGet.path).toBe('/health/ready');
      expect(container.startupProbe.httpGet.path).toBe('/health/live');
      // Longer than the pause before the stop and the ten seconds of the role itself.
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(15);
    }
  });

  it('gives each role a Service, a PodDisruptionBudget and an autoscaler, each of which selects its pods', () => {
    const objects = everything();
    for (const { metadata, spec } of ofKind('Deployment', objects)) {
      const labels = spec.template.metadata.labels;
      expect(labels).toMatchObject(spec.selector.matchLabels);
      const named = (kind: string) => ofKind(kind, objects).find((object) => object.metadata.name === metadata.name);
      expect(labels).toMatchObject(named('Service').spec.selector);
      expect(labels).toMatchObject(named('PodDisruptionBudget').spec.selector.matchLabels);
      expect(named('HorizontalPodAutoscaler').spec).toMatchObject({ minReplicas: 2, scaleTargetRef: { name: metadata.name } });
      // A fixed number of replicas would conflict with the autoscaler.
      expect(spec.replicas).toBeUndefined();
    }
    const still = ofKind('Deployment', render('roleDefaults.autoscaling.enabled=false'));
    expect(still.map(({ spec }) => spec.replicas)).toEqual(APART.map(() => 2));
  });

  it('sets what each role needs, by settings that exist', () => {
    const { data } = ofKind('ConfigMap')[0] as { data: Record<string, string> };
    expect(Object.keys(data).filter((name) => !(name.replace(/_FILE$/, '') in SETTINGS))).toEqual([]);
    const secrets: Record<string, string> = {
      SECRET_KEY: 's'.repeat(32),
      METRICS_TOKEN: 't'.repeat(32),
      DATABASE_URL: 'postgres://parley:p@db/parley',
      REDIS_URL: 'redis://cache',
    };
    for (const [name, value] of Object.entries(secrets)) writeFileSync(join(folder, name), value);
    for (const name of ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']) writeFileSync(join(folder, name), 'k');
    const environment = Object.entries(data).map(([name, value]) => [name, value.replace('/run/secrets/parley', folder)]);
    const config = readConfig({ ...readDockerfile().environment, ...Object.fromEntries(environment) });
    for (const role of APART) expect(() => requireSharedServers(role as Role, config)).not.toThrow();
    const hosts = ofKind('Service').map(({ metadata }) => metadata.name);
    for (const url of Object.entries(data).flatMap(([name, value]) => (/^(?!PUBLIC)\w+_URL$/.test(name) && value ? [value] : [])))
      expect(hosts).toContain(new URL(url).hostname);
  });

  it('admits outside traffic to the gateways only', () => {
    const [inside, edge] = ofKind('NetworkPolicy');
    expect(edge.spec.podSelector.matchLabels['app.kubernetes.io/component']).toBe('gateway');
    expect(inside.spec.podSelector.matchLabels).not.toHaveProperty(['app.kubernetes.io/component']);
    expect(inside.spec.ingress[0].from.map((from: object) => Object.keys(from)[0])).toEqual(['podSelector', 'namespaceSelector']);
    const [{ spec }] = ofKind('Ingress') as [any];
    expect(spec.rules[0]).toMatchObject({
      host: 'parley.example.org',
      http: { paths: [{ backend: { service: { name: 'parley-gateway' } } }] },
    });
  });

  it('monitors by the same rules as docker compose, with the metrics token', () => {
    const { groups } = parse(readFileSync('infra/deploy/prometheus/rules.yml', 'utf8'));
    expect(ofKind('PrometheusRule')[0].spec.groups).toEqual(groups);
    expect(ofKind('ServiceMonitor')[0].spec.endpoints[0].authorization.credentials).toEqual({ name: 'parley', key: 'METRICS_TOKEN' });
  });

  it.each([
    ['no address', []],
    ['an address with a path', ['publicUrl=https://parley.example.org/chat']],
    ['a version that can change', ['publicUrl=https://a.example', 'image.tag=latest']],
    ['a role that does not exist', ['publicUrl=https://a.example', 'roles.mail.replicas=1']],
    ['missing secrets', ['publicUrl=https://a.example', 'secret.settings={SECRET_KEY,REDIS_URL}']],
  ])('is rejected with %s', (_what, set) => {
    expect(() => run(...set)).toThrow(/don't meet the specifications of the schema/);
  });
});
