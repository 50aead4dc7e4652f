import { buildSchema, execute, GraphQLError, isInterfaceType, isObjectType, isUnionType, parse, type GraphQLSchema } from 'graphql';
import { composeFiles } from '../../../gateway/compose.ts';
import { subgraphSchema, withLink } from '../federation/plain-source.ts';

/**
 * Three subgraphs that depend on each other in every way of federation, and one schema of the same data without a gateway: both must
 * answer alike.
 */
const SHOP = `
type Query { products(n: Int = 3): [Product!]! product(sku: String!): Product nodes: [Node] media: [Media] me: User }
type Mutation { bump(sku: String!): Product rename(id: ID!, name: String!): User }
interface Node { id: ID! }
union Media = Book | Film | Product
type Product implements Node @key(fields: "id") @key(fields: "sku") { id: ID! sku: String! name: String weight: Int dim(unit: Unit = CM): Dim maker: User tags: [String!] price: Int @shareable }
type Dim @shareable { w: Int h: Int }
enum Unit { CM IN }
type Book implements Node @key(fields: "id") { id: ID! title: String pages: Int author: User }
type Film implements Node @key(fields: "id") { id: ID! title: String minutes: Int author: User }
type User implements Node @key(fields: "id") { id: ID! name: String boss: User }`;
const REVIEWS = `
type Query { reviews: [Review!] top: Product }
type Product @key(fields: "id") { id: ID! weight: Int @external dim(unit: Unit = CM): Dim @external shipping(fast: Boolean = false): Int @requires(fields: "weight dim(unit: IN) { w }") reviews(first: Int = 2): [Review!] must: Int! }
type Dim @shareable { w: Int h: Int }
enum Unit { CM IN }
type Review @key(fields: "id") { id: ID! stars: Int body: String product: Product author: User }
type User @key(fields: "id") { id: ID! reviews: [Review] nick(upper: Boolean = false): String }
type Book @key(fields: "id") { id: ID! reviews: [Review] similar: [Book] }`;
const STOCK = `
type Query { stocks: [Stock] }
type Product @key(fields: "sku") { sku: String! stock: Stock inStock: Boolean price: Int @shareable }
type Stock { level: Int product: Product place: Place }
type Place @key(fields: "zip street { no }") { zip: String! street: Street! city: String }
type Street @shareable { no: Int! }
type Film @key(fields: "id") { id: ID! rating: Float minutes: Int @external slow: Boolean @requires(fields: "minutes") }`;
const SDL = { shop: SHOP, reviews: REVIEWS, stock: STOCK };

type Item = Record<string, any>;
const list = (count: number, make: (n: number) => Item) => Array.from({ length: count }, (_, n) => make(n + 1));
const products = list(4, (n) => ({
  __typename: 'Product',
  id: `p${n}`,
  sku: `s${n}`,
  name: `name${n}`,
  weight: n === 3 ? null : n * 10,
  tags: n === 2 ? null : [`t${n}`, 'x'],
  price: n * 7,
  makerId: `u${(n % 3) + 1}`,
}));
const users = list(3, (n) => ({ __typename: 'User', id: `u${n}`, name: `user${n}`, bossId: n < 3 ? `u${n + 1}` : null }));
const books = list(2, (n) => ({ __typename: 'Book', id: `b${n}`, title: `book${n}`, pages: n * 100, authorId: `u${n}` }));
const films = list(2, (n) => ({ __typename: 'Film', id: `f${n}`, title: `film${n}`, minutes: n === 2 ? 200 : 90, authorId: `u${n}` }));
const reviews = list(5, (n) => ({
  __typename: 'Review',
  id: `r${n}`,
  stars: n % 5,
  body: n === 2 ? null : `body${n}`,
  productId: `p${(n % 4) + 1}`,
  userId: `u${(n % 3) + 1}`,
  bookId: `b${(n % 2) + 1}`,
}));
const byId = (items: Item[], id: unknown) => items.find((item) => item['id'] === id) ?? null;
const sized = (id: string, unit: string) => (id === 'p4' ? null : { w: Number(id[1]) * (unit === 'IN' ? 2 : 5), h: 3 });
const postage = (weight: number | null, w: number | undefined, fast: boolean) => ((weight ?? 0) + (w ?? 1000)) * (fast ? 2 : 1);

type Resolver = (item: Item, args: any) => unknown;
/** Resolvers of the whole schema; a subgraph takes those of its own fields. */
const resolvers: Record<string, Record<string, Resolver>> = {
  Query: {
    products: (_, { n }) => products.slice(0, n ?? 3),
    product: (_, { sku }) => products.find((product) => product['sku'] === sku) ?? null,
    nodes: () => [products[0], null, books[0], films[1], users[0], products[3]],
    media: () => [books[1], films[0], products[1], books[0]],
    me: () => users[0],
    reviews: () => reviews,
    top: () => products[2],
    stocks: () => [{ stocked: products[0] }, null, { stocked: products[1] }],
  },
  Mutation: { bump: (_, { sku }) => products.find((product) => product['sku'] === sku) ?? null, rename: (_, { id }) => byId(users, id) },
  Product: {
    dim: ({ id }, { unit }) => sized(id, unit),
    maker: ({ makerId }) => byId(users, makerId),
    shipping: ({ id, weight }, { fast }) => postage(weight, sized(id, 'IN')?.w, fast),
    reviews: ({ id }, { first }) => reviews.filter(({ productId }) => productId === id).slice(0, first ?? 2),
    must: ({ id }) => (id === 'p4' ? null : 1),
    stock: (product) => (product['sku'] === 's3' ? null : { stocked: product }),
    inStock: ({ sku }) => sku !== 's3',
  },
  Stock: {
    level: ({ stocked }) => stocked.price,
    product: ({ stocked }) => stocked,
    place: ({ stocked }) => ({ zip: `z${stocked.sku}`, street: { no: 5 }, city: 'Ulm' }),
  },
  Film: {
    author: ({ authorId }) => byId(users, authorId),
    rating: ({ id }) => (id === 'f1' ? 4.5 : null),
    slow: ({ minutes }) => minutes > 100,
  },
  Book: {
    author: ({ authorId }) => byId(users, authorId),
    reviews: ({ id }) => reviews.filter(({ bookId }) => bookId === id),
    similar: ({ id }) => books.filter((book) => book['id'] !== id),
  },
  User: {
    boss: ({ bossId }) => byId(users, bossId),
    reviews: ({ id }) => reviews.filter(({ userId }) => userId === id),
    nick: ({ id }, { upper }) => (upper ? `NICK${id}` : `nick${id}`),
  },
  Review: { product: ({ productId }) => byId(products, productId), author: ({ userId }) => byId(users, userId) },
};

/** Resolves the entities of each subgraph; required fields come from the representation alone, so the gateway must deliver them. */
const references: Record<keyof typeof SDL, Record<string, (reference: Item) => Item | null>> = {
  shop: { Product: findProduct, Book: ({ id }) => byId(books, id), Film: ({ id }) => byId(films, id), User: ({ id }) => byId(users, id) },
  reviews: {
    Product: (reference) => {
      const product = findProduct(reference);
      return product && { ...product, required: reference };
    },
    Review: ({ id }) => byId(reviews, id),
    User: ({ id }) => byId(users, id),
    Book: ({ id }) => byId(books, id),
  },
  stock: {
    Product: findProduct,
    Place: (reference) => ({ ...reference, city: 'Ulm' }),
    Film: (reference) => {
      const film = byId(films, reference['id']);
      return film && { ...film, minutes: reference['minutes'] };
    },
  },
};

function findProduct({ id, sku }: Item): Item | null {
  return products.find((product) => (id === undefined ? product['sku'] === sku : product['id'] === id)) ?? null;
}

function requiredShipping({ required }: Item, { fast }: { fast: boolean }): number {
  if (!required || !('weight' in required) || !('dim' in required)) throw new GraphQLError('the required fields did not come');
  return postage(required.weight, required.dim?.w, fast);
}

function schemaOf(name: keyof typeof SDL): GraphQLSchema {
  const own: Record<string, Record<string, unknown>> = {};
  for (const [type, body] of SDL[name].matchAll(/^type (\w+)[^{]*\{(.*)\}$/gm).map(([, type, body]) => [type!, body!] as const)) {
    const fields = Object.entries(resolvers[type] ?? {}).filter(([field]) => new RegExp(`\\b${field}[(:]`).test(body));
    const reference = references[name][type];
    own[type] = {
      ...Object.fromEntries(fields),
      ...(name === 'reviews' && type === 'Product' ? { shipping: requiredShipping } : {}),
      ...(reference ? { __resolveReference: async (given: Item) => reference(given) } : {}),
    };
  }
  const abstract = { __resolveType: ({ __typename }: Item) => __typename as string };
  return subgraphSchema({ sdl: SDL[name], resolvers: { ...own, ...(name === 'shop' ? { Node: abstract, Media: abstract } : {}) } });
}

export function openLibrary() {
  const files = composeFiles(Object.fromEntries(Object.entries(SDL).map(([name, sdl]) => [name, withLink(sdl)])));
  const whole = buildSchema(files['api.graphql']!);
  for (const type of Object.values(whole.getTypeMap())) {
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = ({ __typename }: Item) => __typename as string;
    if (!isObjectType(type)) continue;
    for (const [name, resolve] of Object.entries(resolvers[type.name] ?? {})) type.getFields()[name]!.resolve = resolve;
  }
  return {
    supergraphSdl: files['supergraph.graphql']!,
    schema: whole,
    subgraphs: new Map((['shop', 'reviews', 'stock'] as const).map((name) => [name as string, schemaOf(name)])),
    /** Answers by the one schema. */
    answer: async (query: string, variableValues: Record<string, unknown>) =>
      execute({ schema: whole, document: parse(query), variableValues }),
  };
}
