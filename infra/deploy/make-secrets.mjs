import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Makes the secrets of docker-compose.yml that are not there yet. Files that are there stay as they are. */
const folder = process.argv[2] ?? fileURLToPath(new URL('./secrets', import.meta.url));
const random = () => randomBytes(32).toString('hex');
const postgres = random();
const redis = random();

const secrets = {
  secret_key: random(),
  metrics_token: random(),
  postgres_password: postgres,
  database_url: `postgres://parley:${postgres}@postgres:5432/parley`,
  redis_password: redis,
  redis_url: `redis://:${redis}@redis:6379`,
  weaviate_api_key: random(),
  s3_access_key_id: 'parley',
  s3_secret_access_key: random(),
  grafana_password: random(),
  // Yours to fill in; empty, a model needs no key.
  openai_api_key: '',
};
/** Two files of one password. */
const pairs = [
  ['postgres_password', 'database_url'],
  ['redis_password', 'redis_url'],
];

// The folder keeps others out; the files are read in containers, by users of other numbers.
mkdirSync(folder, { recursive: true });
chmodSync(folder, 0o700);
const has = (name) => existsSync(join(folder, name));
for (const pair of pairs) {
  if (pair.some(has) && !pair.every(has))
    throw new Error(`There is one of ${pair.join(' and ')}, which hold the same password. Remove it.`);
}
for (const [name, value] of Object.entries(secrets).filter(([name]) => !has(name))) {
  writeFileSync(join(folder, name), `${value}\n`);
  // Not by the mode of the writing: a strict umask would take the readers away.
  chmodSync(join(folder, name), 0o644);
  process.stdout.write(`made ${name}\n`);
}
