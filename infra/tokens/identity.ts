import { Failure } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import { TypedJwt } from './jwt.ts';

const LIFETIME_SECONDS = 30;
/** Tokens are reused for the fetches of one request, up to this age. */
const FRESH_MS = 10_000;

/**
 * Signed tokens that carry the caller's identity from the gateway to a subgraph. The subgraph is the audience, so that
 * it cannot use the token at another one.
 */
export class IdentityTokens {
  readonly #secret: Uint8Array;
  readonly #kinds = new Map<string, TypedJwt<{ identity: Identity }>>();
  readonly #signed = new WeakMap<Identity, Map<string, { at: number; token: Promise<string> }>>();

  /** `secret`: 32 bytes, the key derived for `identity`. */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  sign(identity: Identity, subgraph: string): Promise<string> {
    const known = this.#signed.get(identity) ?? new Map<string, { at: number; token: Promise<string> }>();
    this.#signed.set(identity, known);
    const last = known.get(subgraph);
    if (last && performance.now() - last.at < FRESH_MS) return last.token;
    const token = this.#kindFor(subgraph)
      .sign({ identity })
      .then((signed) => signed.token);
    known.set(subgraph, { at: performance.now(), token });
    return token;
  }

  /** Throws `TOKEN_EXPIRED` or `UNAUTHENTICATED`. */
  async verify(token: string, subgraph: string): Promise<Identity> {
    const { identity } = await this.#kindFor(subgraph).verify(token);
    if (typeof identity?.requestId !== 'string') throw new Failure('UNAUTHENTICATED');
    return identity;
  }

  #kindFor(subgraph: string): TypedJwt<{ identity: Identity }> {
    let kind = this.#kinds.get(subgraph);
    if (!kind) {
      const audience = `subgraph:${subgraph}`;
      kind = new TypedJwt({ audience, type: 'identity+jwt', lifetimeSeconds: LIFETIME_SECONDS, required: ['identity'] }, this.#secret);
      this.#kinds.set(subgraph, kind);
    }
    return kind;
  }
}
