import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

export interface GraphAnswer {
  status: number;
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, any> }[];
}

/** A client of a running product. */
export class ProductClient {
  readonly #sockets = new Set<Client>();

  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Sends one GraphQL request over HTTP; `token` is an access token. */
  async graph(query: string, variables: Record<string, unknown> = {}, token?: string): Promise<GraphAnswer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** Returns the data of a request that must succeed. */
  async ask(query: string, variables: Record<string, unknown> = {}, token?: string): Promise<any> {
    const answer = await this.graph(query, variables, token);
    if (answer.errors) throw new Error(`unexpected errors: ${JSON.stringify(answer.errors)}`);
    return answer.data;
  }

  /** Opens a GraphQL-over-WebSocket client that `closeSockets` closes. */
  socket(token?: string): Client {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: true,
      ...(token ? { connectionParams: { accessToken: token } } : {}),
    });
    this.#sockets.add(client);
    return client;
  }

  async closeSockets(): Promise<void> {
    // A socket that is still opening fails when the product ends.
    for (const socket of this.#sockets) await Promise.resolve(socket.dispose()).catch(() => undefined);
  }
}
