import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import type { Channel } from './channel.ts';
import type { SubgraphFixture } from './plain-source.ts';

interface Book {
  id: string;
  __typename: 'Book' | 'Film';
  title: string;
  genre?: string;
  authorIds: string[];
  grams: number;
  related: (string | null)[][];
}

const ITEMS: Book[] = [
  { id: 'b1', __typename: 'Book', title: 'Walden', genre: 'ESSAY', authorIds: ['p1'], grams: 500, related: [['b2'], ['b3', null]] },
  { id: 'b2', __typename: 'Book', title: 'Emma', genre: 'NOVEL', authorIds: ['p2', 'p1'], grams: 800, related: [[]] },
  { id: 'b3', __typename: 'Book', title: 'Alien', genre: 'UNLISTED', authorIds: ['p3'], grams: 300, related: [] },
  { id: 'f1', __typename: 'Film', title: 'Ran', authorIds: ['p2'], grams: 90, related: [] },
];
/** Its director does not exist in the other subgraph. */
const LOST: Book = { id: 'lost', __typename: 'Film', title: 'Lost', authorIds: ['p4'], grams: 0, related: [] };
const NAMES: Record<string, string | null> = { p1: 'Henry', p2: 'Jane', p3: null };

export const SHOP_NAMES = ['catalog', 'people', 'prices', 'ship-ping'] as const;
export type ShopName = (typeof SHOP_NAMES)[number];
export type Topics = Record<'itemAdded' | 'tick', () => Channel<unknown>>;

/** Four subgraphs with the difficult parts of federation: entities, an interface object, `@requires` with arguments. */
export function shopSubgraphs(topics: Topics): Record<ShopName, SubgraphFixture> {
  return { catalog: catalog(topics), people, prices, 'ship-ping': shipping };
}

const find = (id: string) => [...ITEMS, LOST].find((item) => item.id === id);

function catalog(topics: Topics): SubgraphFixture {
  return {
    sdl: `
      enum Genre { ESSAY NOVEL UNLISTED @inaccessible }
      enum Unit { KG GRAM }
      interface Item @key(fields: "id") { id: ID! title(upper: Boolean = false): String! weight(unit: Unit! = KG): Float! }
      type Book implements Item @key(fields: "id") {
        id: ID! title(upper: Boolean = false): String! weight(unit: Unit! = KG): Float!
        genre: Genre authors: [Person!]! related: [[Book]!]! seller: Person! blurb: String
      }
      type Film implements Item @key(fields: "id") { id: ID! title(upper: Boolean = false): String! weight(unit: Unit! = KG): Float! director: Person }
      type Person @key(fields: "id", resolvable: false) { id: ID! }
      union Find = Book | Film
      input Filter { ids: [ID!]! = ["b1", "b2"] }
      type Tick { count: Int! item: Item }
      type Query { item(id: ID!): Item book(id: ID!): Book items(filter: Filter! = {}): [Item!]! finds: [Find!]! whoAsks: String broken: String alsoBroken: String! }
      type AddPayload { book: Book! }
      type Mutation { addBook(title: String!): AddPayload! renameBook(title: String!): AddPayload! }
      type Subscription { itemAdded(upper: Boolean): Item! tick: Tick! refused: Tick! }`,
    resolvers: {
      Item: { __resolveType: (item: Book) => item.__typename, __resolveReference: async ({ id }: Book) => find(id) },
      Book: {
        ...ofItem,
        related: (book: Book) => book.related.map((row) => row.map((id) => id && find(id))),
        seller: () => ({ id: 'p1' }),
        blurb: () => {
          throw new Failure('TOOL_FAILED', { reason: 'No blurb today.', tried: 2 });
        },
      },
      Film: { ...ofItem, director: (film: Book) => ({ id: film.authorIds[0] }) },
      Find: { __resolveType: (item: Book) => item.__typename },
      Query: {
        item: (_: unknown, { id }: Book) => find(id),
        book: (_: unknown, { id }: Book) => find(id),
        items: (_: unknown, { filter }: { filter: { ids: string[] } }) => filter.ids.map(find),
        finds: () => ITEMS,
        whoAsks: (_: unknown, __: unknown, { identity }: { identity: Identity }) => identity.viewer?.userId,
        broken: () => {
          throw new Failure('NOT_FOUND');
        },
        alsoBroken: () => {
          throw new Failure('NOT_FOUND');
        },
      },
      Mutation: {
        addBook: (_: unknown, { title }: Book) => ({ book: { ...find('b1'), title } }),
        renameBook: (_: unknown, { title }: Book) => ({ book: { ...find('b2'), title } }),
      },
      Subscription: {
        itemAdded: { subscribe: topics.itemAdded, resolve: find },
        tick: { subscribe: topics.tick, resolve: (tick: unknown) => tick },
        refused: {
          subscribe: () => {
            throw new Failure('TOO_MANY_SUBSCRIPTIONS');
          },
        },
      },
    },
  };
}

const ofItem = {
  __resolveReference: async ({ id }: Book) => find(id),
  title: ({ title }: Book, { upper }: { upper: boolean }) => (upper ? title.toUpperCase() : title),
  weight: ({ grams }: Book, { unit }: { unit: string }) => (unit === 'GRAM' ? grams : grams / 1000),
  authors: ({ authorIds }: Book) => authorIds.map((id) => ({ id })),
};

const people: SubgraphFixture = {
  sdl: `
    scalar Instant
    type Person @key(fields: "id") { id: ID! name: String! nickname(style: Style): String bornAt: Instant! mood: String friends: [Person!]! }
    enum Style { SHORT LONG }
    type Query { me: Person! }`,
  resolvers: {
    Instant: { serialize: (value: Date) => value },
    Person: {
      __resolveReference: async ({ id }: { id: string }) => {
        if (id === 'p3') throw new Failure('NOT_FOUND', { kind: 'Person' });
        return id in NAMES ? { id } : null;
      },
      name: ({ id }: { id: string }) => NAMES[id],
      nickname: ({ id }: { id: string }, { style }: { style?: string }) => `${id}-${style ?? 'none'}`,
      bornAt: () => new Date(0),
      mood: ({ id }: { id: string }) => {
        if (id === 'p2') throw new Failure('FORBIDDEN');
        return 'fine';
      },
      friends: ({ id }: { id: string }) => [{ id: id === 'p1' ? 'p2' : 'p1' }],
    },
    Query: { me: () => ({ id: 'p1' }) },
  },
};

const prices: SubgraphFixture = {
  sdl: `
    type Item @key(fields: "id") @interfaceObject { id: ID! price(currency: Currency! = EUR): String! }
    enum Currency { EUR USD }
    type Query { cheapest: Item! }`,
  resolvers: {
    Item: {
      __resolveReference: async ({ id }: Book) => ({ id }),
      price: ({ id }: Book, { currency }: { currency: string }) => `${id} ${currency}`,
    },
    Query: { cheapest: () => ({ id: 'f1' }) },
  },
};

const shipping: SubgraphFixture = {
  sdl: `
    enum Unit { KG GRAM }
    type Book @key(fields: "id") { id: ID! weight(unit: Unit! = KG): Float! @external postage(express: Boolean): String! @requires(fields: "weight(unit: GRAM)") }
    type Query { carrier: String! }`,
  resolvers: {
    Book: {
      __resolveReference: async (book: unknown) => book,
      postage: ({ weight }: { weight: number }, { express }: { express?: boolean }) => `${weight} g${express ? ' express' : ''}`,
    },
    Query: { carrier: () => 'post' },
  },
};
