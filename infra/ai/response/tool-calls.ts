import { randomBytes } from 'node:crypto';
import { Failure } from '../../../schema/errors.ts';
import type { ToolRequest, ToolSpec } from '../ai.ts';
import { cleanJson } from '../clean-text.ts';
import { argumentObjects, isJsonObject } from './tool-arguments.ts';
import { offeredName } from './tool-names.ts';

const MAX_TOOL_CALLS = 64;
const MAX_ARGUMENT_BYTES = 256_000;
const MAX_ECHO_CHARACTERS = 100_000;

/** A call that is being assembled; `wireId` is the server's id. */
interface Draft {
  index: number | undefined;
  wireId: string;
  names: string[];
  arguments: string;
  extra: unknown;
}

interface Piece {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
  extra: unknown;
}

/**
 * Assembles tool calls from their pieces. Servers differ in which of index, id and name they repeat or omit, so a piece
 * begins a new call only if it cannot belong to the previous one.
 */
export class ToolCalls {
  readonly #drafts: Draft[] = [];

  get size(): number {
    return this.#drafts.length;
  }

  /** Returns the text so far, for counting tokens. */
  get written(): string {
    return this.#drafts.map((draft) => `${draft.names.join('')} ${draft.arguments}`).join(' ');
  }

  take(sent: unknown): void {
    if (Array.isArray(sent)) return sent.forEach((one) => this.take(one));
    const piece = pieceOf(sent);
    if (!piece) return;
    const draft = this.#draftOf(piece);
    if (!draft) return;
    if (piece.id) draft.wireId = piece.id;
    if (piece.name && draft.names.at(-1) !== piece.name) draft.names.push(piece.name);
    draft.extra ??= piece.extra;
    const replaces = /^\s*(\{\s*\}|null|"")?\s*$/.test(draft.arguments) && piece.arguments !== '';
    draft.arguments = replaces ? piece.arguments : draft.arguments + piece.arguments;
    if (draft.arguments.length > MAX_ARGUMENT_BYTES) throw tooOdd('The arguments of a tool call are larger than 256 kB.');
  }

  /**
   * Returns the calls with generated ids, which every endpoint accepts, and with the offered tool names where they are
   * recognised.
   */
  finish(tools: ToolSpec[]): ToolRequest[] {
    const calls = this.#drafts.flatMap((draft) => {
      const name = offeredName(draft.names, tools);
      const objects = argumentObjects(draft.arguments);
      const texts = objects.length > 0 ? objects : [cleanJson(draft.arguments)];
      return texts.map((text, place) => ({ id: newCallId(), name, arguments: text, ...(place === 0 ? echoOf(draft) : {}) }));
    });
    if (calls.length > MAX_TOOL_CALLS) throw tooMany();
    return calls;
  }

  /** Finds the call of a piece; undefined if it only repeats a complete call. */
  #draftOf(piece: Piece): Draft | undefined {
    const draft = this.#candidate(piece);
    if (!draft) return this.#begin(piece);
    if (!piece.name || !isJsonObject(draft.arguments)) {
      const isOther =
        piece.index === undefined &&
        piece.name !== '' &&
        draft.arguments === '' &&
        draft.names[0] !== piece.name &&
        piece.id !== draft.wireId;
      return isOther ? this.#begin(piece) : draft;
    }
    // The previous call is complete, and this piece has its own name.
    if (draft.arguments === '{}' && piece.id === draft.wireId) return draft;
    if (piece.arguments.trim() === '' && (!piece.id || piece.id === draft.wireId)) return draft;
    const repeats = piece.id !== '' && piece.id === draft.wireId && piece.arguments === draft.arguments && draft.names[0] === piece.name;
    return repeats ? undefined : this.#begin(piece);
  }

  #candidate({ index, id, name }: Piece): Draft | undefined {
    if (index !== undefined) return this.#drafts.findLast((draft) => draft.index === index);
    const known = id ? this.#drafts.findLast((draft) => draft.wireId === id) : undefined;
    if (known || id) return known;
    const last = this.#drafts.at(-1);
    return name && last && last.arguments !== '' && !isJsonObject(last.arguments) && last.names[0] !== name ? undefined : last;
  }

  #begin(piece: Piece): Draft {
    if (this.#drafts.length === MAX_TOOL_CALLS) throw tooMany();
    const draft: Draft = { index: piece.index, wireId: '', names: [], arguments: '', extra: undefined };
    this.#drafts.push(draft);
    return draft;
  }
}

function pieceOf(sent: unknown): Piece | null {
  if (typeof sent !== 'object' || sent === null) return null;
  const call = sent as Record<string, unknown>;
  const inner = (typeof call['function'] === 'object' && call['function'] !== null ? call['function'] : call) as Record<string, unknown>;
  const index = call['index'];
  const isIndex = (typeof index === 'number' && Number.isInteger(index)) || (typeof index === 'string' && /^\d{1,6}$/.test(index));
  return {
    index: isIndex ? Number(index) : undefined,
    id: textOf(call['id']),
    name: textOf(inner['name']),
    arguments: argumentText(inner['arguments'] ?? inner['parameters'] ?? inner['input']),
    extra: call['extra_content'],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** Generates an id of nine letters and digits, the format of the strictest endpoint. */
function newCallId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return [...randomBytes(9)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/**
 * Returns the signature that Gemini requires with the call in the next request: from a field of its own, or from the
 * id, where some gateways put it.
 */
function echoOf({ wireId, extra }: Draft): Pick<ToolRequest, 'echo'> {
  const id = wireId.includes('__thought__') && wireId.length <= MAX_ECHO_CHARACTERS ? wireId : undefined;
  const fits = extra !== undefined && JSON.stringify(extra).length <= MAX_ECHO_CHARACTERS;
  return id || fits ? { echo: { ...(id ? { id } : {}), ...(fits ? { extra_content: extra } : {}) } } : {};
}

function tooMany(): Failure {
  return tooOdd(`The model asked for more than ${MAX_TOOL_CALLS} tool calls at once.`);
}

function tooOdd(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
