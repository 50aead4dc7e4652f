import { composeFiles } from '../../../gateway/compose.ts';
import { Gateway } from '../../../gateway/gateway.ts';
import { Planning } from '../../../gateway/planning/planning.ts';
import type { PlannerName } from '../../../gateway/planning/planner.ts';
import type { Admission, GraphResult } from '../../../gateway/execution/request.ts';
import { local } from '../../../gateway/sources/local.ts';
import { openLog } from '../../../infra/log.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { Channel } from './channel.ts';
import { PlainSource, subgraphSchema, withLink } from './plain-source.ts';
import { SHOP_NAMES, shopSubgraphs, type ShopName, type Topics } from './shop-subgraphs.ts';

export const SOMEBODY: Identity = { viewer: { userId: 'u1', role: 'USER', sessionId: 's1' }, requestId: 'r1' };

export interface Shop {
  gateway: Gateway;
  supergraphSdl: string;
  subgraphs: Record<ShopName, PlainSource>;
  /** The channel of the newest subscription to the topic. */
  opened: Partial<Record<keyof Topics, Channel<any>>>;
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphResult>;
  /** Rejects when the subscription is refused. */
  follow(query: string, variables?: Record<string, unknown>): Promise<AsyncIterableIterator<GraphResult>>;
}

/** Composed once for all shops of a test file. */
let supergraphSdl: string | undefined;
/** One planning process for all shops, to save memory. */
const plannings: Partial<Record<PlannerName, Planning>> = {};

/** Opens a small federated graph in this process behind a gateway. */
export async function openShop(plannerName: PlannerName, admission?: Admission): Promise<Shop> {
  const opened: Shop['opened'] = {};
  const open = (topic: keyof Topics) => () => (opened[topic] = new Channel());
  const fixtures = shopSubgraphs({ itemAdded: open('itemAdded'), tick: open('tick') });
  const subgraphs = Object.fromEntries(
    SHOP_NAMES.map((name) => [name, new PlainSource(subgraphSchema(fixtures[name]))]),
  ) as Shop['subgraphs'];
  supergraphSdl ??= composeFiles(Object.fromEntries(SHOP_NAMES.map((name) => [name, withLink(fixtures[name].sdl)])))['supergraph.graphql']!;
  const sources = new Map(SHOP_NAMES.map((name) => [name as string, local(subgraphs[name])]));
  const planning = (plannings[plannerName] ??= new Planning(plannerName, openLog('silent')));
  const gateway = new Gateway({
    supergraphSdl,
    sources,
    plannerName,
    planning,
    log: openLog('silent'),
    ...(admission ? { admission } : {}),
  });
  await gateway.load();
  const requestOf = (query: string, variables: Record<string, unknown> | undefined) => ({ query, ...(variables ? { variables } : {}) });
  return {
    gateway,
    supergraphSdl,
    subgraphs,
    opened,
    ask: (query, variables) => gateway.execute(requestOf(query, variables), SOMEBODY),
    async follow(query, variables) {
      const events = await gateway.subscribe(requestOf(query, variables), SOMEBODY);
      if (Symbol.asyncIterator in events) return events;
      throw new Error(JSON.stringify(events));
    },
  };
}
