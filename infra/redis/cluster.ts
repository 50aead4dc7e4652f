import { connect as connectPlain } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectSecure } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { HostPort } from './address.ts';

/**
 * A connector that connects to the node which owns the first slot of a cluster. All pub/sub goes through this node: a
 * cluster delivers messages to every node, but in a consistent order only on one. `retryStrategy` applies while no
 * node knows the owner.
 */
export function firstSlotOf(nodes: readonly HostPort[], access: RedisOptions, retryStrategy: (times: number) => number | null) {
  return class FirstSlotConnector extends AbstractConnector {
    constructor() {
      super(access.disconnectTimeout ?? 0);
    }

    override async connect() {
      this.connecting = true;
      const owner = await this.#find();
      if (!this.connecting) throw new Error('Connection is closed.');
      this.stream = access.tls ? connectSecure({ ...owner, ...access.tls }) : connectPlain(owner);
      this.stream.once('error', (error) => (this.firstError = error));
      return this.stream;
    }

    /** Retries here, because ioredis does not retry after the connector fails. */
    async #find(): Promise<HostPort> {
      for (let times = 1; ; times += 1) {
        try {
          return await ownerOfFirstSlot(nodes, access);
        } catch (error) {
          const delay = retryStrategy(times);
          if (delay === null || !this.connecting) throw error;
          await pause(delay);
        }
      }
    }
  };
}

/** Asks the nodes in turn, since any may be down. */
async function ownerOfFirstSlot(nodes: readonly HostPort[], access: RedisOptions): Promise<HostPort> {
  let fault: unknown;
  for (const node of nodes) {
    const redis = new Redis({ ...access, ...node, enableReadyCheck: false });
    redis.on('error', (error) => (fault = error));
    try {
      await redis.connect();
      const slots = (await redis.cluster('SLOTS')) as unknown as [number, number, [string | null, number]][];
      const owner = slots.find(([from]) => from === 0)?.[2];
      // A node that does not know its own name returns an empty one; use the name by which it was reached.
      if (owner) return { host: owner[0] || node.host, port: owner[1] };
    } catch (error) {
      fault ??= error;
    } finally {
      redis.disconnect();
    }
  }
  throw fault ?? new Error('No node of the cluster knows the owner of the first slot.');
}
