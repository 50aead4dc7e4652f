import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A service of docker-compose.yml, with its anchors resolved. */
export interface ComposeService {
  name: string;
  image: string;
  build?: string;
  profiles?: string[];
  command?: string[];
  entrypoint?: string[];
  environment: Record<string, string>;
  secrets: string[];
  networks: string[];
  volumes: string[];
  ports: string[];
  read_only?: boolean;
  init?: boolean;
  stop_signal?: string;
  restart?: string;
  cap_drop?: string[];
  security_opt?: string[];
  depends_on: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
}

export interface Compose {
  services: ComposeService[];
  /** The services that run one role of the product each. */
  roles: ComposeService[];
  /** The files of secrets, by the secret's name. */
  secrets: Record<string, string>;
  networks: Record<string, { internal?: boolean }>;
  volumes: string[];
}

/** Reads docker-compose.yml as `docker compose` does in an environment that holds only `given`. */
export function readCompose(given: Record<string, string> = {}): Compose {
  const file: any = interpolate(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true, maxAliasCount: -1 }), given);
  const services = Object.entries<any>(file.services).map(([name, service]) => ({
    secrets: [],
    networks: [],
    volumes: [],
    ports: [],
    depends_on: {},
    ...service,
    environment: Object.fromEntries(Object.entries(service.environment ?? {}).map(([key, value]) => [key, String(value)])),
    name,
  })) as ComposeService[];
  return {
    services,
    roles: services.filter((each) => each.image.startsWith('parley:') && !each.entrypoint && each.profiles?.includes('production')),
    secrets: Object.fromEntries(Object.entries<any>(file.secrets).map(([name, { file: path }]) => [name, path])),
    networks: file.networks,
    volumes: Object.keys(file.volumes),
  };
}

/** Replaces variables after YAML has been parsed, so that an empty one stays a string. */
function interpolate(value: unknown, given: Record<string, string>): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll(/(?<!\$)\$\{(\w+)(?::?-([^}]*))?\}/g, (_whole, name: string, fallback = '') => given[name] || fallback)
      .replaceAll('$$', () => '$');
  if (Array.isArray(value)) return value.map((each) => interpolate(each, given));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each, given)]));
}

/** Reads the settings of the image, and the program to which a service's command is appended. */
export function readDockerfile() {
  const text = readFileSync('Dockerfile', 'utf8').replaceAll(/\\\n/g, ' ');
  const stages = text.split(/^FROM /m).slice(1);
  const last = stages.at(-1)!;
  const environment = [...last.matchAll(/^ENV (.+)$/gm)].flatMap(([, pairs]) => [...pairs!.matchAll(/(\w+)=(\S+)/g)]);
  return {
    text,
    stages,
    last,
    environment: Object.fromEntries(environment.map(([, name, value]) => [name, value])) as Record<string, string>,
    entrypoint: JSON.parse(/^ENTRYPOINT (.+)$/m.exec(last)![1]!) as string[],
  };
}
