import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './tls/authority.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { missingRedis, portSettings, redisProcess, redisVersion, runCommand, startRedis } from './redis.ts';

/** Null, or the reason why there can be no cluster: its settings here are those of Redis 7. */
export const missingCluster = missingRedis ?? (redisVersion() < 7 ? 'redis-server is older than 7' : null);

export interface RedisGroup {
  url: string;
  /** Kills the master, or in a cluster the node of the first slot. */
  killMaster(): Promise<void>;
  /** Restarts it at the same address. */
  startMaster(): Promise<void>;
  stop(): Promise<void>;
}

const MASTER = 'parley';

/** Starts a master with a replica, and three Sentinels that agree within a second that a master is dead. */
export async function startSentinels(certificate?: Certificate): Promise<RedisGroup> {
  const master = await startRedis({}, certificate);
  const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` }, certificate);
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, certificate)));
  const ports = sentinels.map(({ port }) => port);
  // A Sentinel must know the other two and the replica before a failover.
  for (const port of ports) await eventually(() => masterAsSeenBy(port, certificate), knowsAll);
  return {
    url: `${schemeFor(certificate)}+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
    killMaster: () => master.kill(),
    startMaster: () => master.start(),
    stop: async () => void (await Promise.all([...sentinels, replica, master].map((each) => each.stop()))),
  };
}

async function startSentinel(masterPort: number, certificate?: Certificate): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const { server, forget } = redisProcess((directory) => {
    const file = join(directory, 'sentinel.conf');
    const lines = [
      ...Object.entries(portSettings(port, certificate)).map((setting) => setting.join(' ')),
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER} 500`,
      `sentinel failover-timeout ${MASTER} 2000`,
    ];
    writeFileSync(file, lines.join('\n'));
    return [file, '--sentinel'];
  }, /\+monitor master/);
  await server.start();
  return { port, stop: () => server.end('SIGTERM').then(forget) };
}

async function masterAsSeenBy(port: number, certificate?: Certificate): Promise<Record<string, string>> {
  const words = (await runCommand(port, ['SENTINEL', 'MASTER', MASTER], certificate)) as string[];
  return Object.fromEntries(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1]!]] : [])));
}

function knowsAll({ 'num-other-sentinels': others, 'num-slaves': replicas, flags }: Record<string, string>): boolean {
  return others === '2' && replicas === '1' && flags === 'master';
}

const SLOTS = 16_384;

/** Starts three masters that share the slots. */
export async function startCluster(certificate?: Certificate): Promise<RedisGroup> {
  const nodes = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const busPort = String(await freePort());
      const settings = { 'cluster-enabled': 'yes', 'cluster-port': busPort, 'cluster-node-timeout': '1000' };
      const redis = await startRedis(settings, certificate);
      const [from, to] = [index, index + 1].map((third) => Math.floor((SLOTS * third) / 3)) as [number, number];
      await redis.run('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      await redis.run('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1));
      return { ...redis, busPort };
    }),
  );
  const [first, ...others] = nodes;
  for (const { port, busPort } of others) await first!.run('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort);
  for (const node of nodes) await eventually(() => node.run('CLUSTER', 'INFO').then(String), isWhole);
  return {
    url: `${schemeFor(certificate)}+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    killMaster: () => first!.kill(),
    startMaster: () => first!.start(),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

function isWhole(info: string): boolean {
  return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
}

function schemeFor(certificate?: Certificate): string {
  return certificate ? 'rediss' : 'redis';
}
