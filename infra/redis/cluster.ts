import { connect as connectPlain } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectSecure } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { HostPort } from './address.ts';

/**
 * Leads a connection, each time that it is made, to the node of a cluster that holds the first slot. Live topics
 * go through this one node: in a cluster every node hears every message, but only on one node in one order.
 * `patience` says when to ask again while no node knows.
 */
export function firstSlotOf(nodes: readonly HostPort[], access: RedisOptions, patience: (times: number) => number | null) {
  return class FirstSlotConnector extends AbstractConnector {
    constructor() {
      super(access.disconnectTimeout ?? 0);
    }

    override async connect() {
      this.connecting = true;
      const place = await this.#find();
      if (!this.connecting) throw new Error('Connection is closed.');
      this.stream = access.tls ? connectSecure({ ...place, ...access.tls }) : connectPlain(place);
      this.stream.once('error', (error) => (this.firstError = error));
      return this.stream;
    }

    /** ioredis takes a failure here for the end, so what can be mended is tried again here. */
    async #find(): Promise<HostPort> {
      for (let times = 1; ; times += 1) {
        try {
          return await ownerOfFirstSlot(nodes, access);
        } catch (error) {
          const wait = patience(times);
          if (wait === null || !this.connecting) throw error;
          await pause(wait);
        }
      }
    }
  };
}

/** Asks one node after the other, for any of them may be down. */
async function ownerOfFirstSlot(nodes: readonly HostPort[], access: RedisOptions): Promise<HostPort> {
  let fault: unknown;
  for (const node of nodes) {
    const redis = new Redis({ ...access, ...node, enableReadyCheck: false });
    redis.on('error', (error) => (fault = error));
    try {
      await redis.connect();
      const slots = (await redis.cluster('SLOTS')) as unknown as [number, number, [string | null, number]][];
      const owner = slots.find(([from]) => from === 0)?.[2];
      // A node that does not know its own name means the one under which it was reached.
      if (owner) return { host: owner[0] || node.host, port: owner[1] };
    } catch (error) {
      fault ??= error;
    } finally {
      redis.disconnect();
    }
  }
  throw fault ?? new Error('No node of the cluster knows who holds the first slot.');
}
