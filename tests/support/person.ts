import { randomUUID } from 'node:crypto';
import type { ProductApi } from './product.ts';
import { readRun, type ReadRun } from './run-reader.ts';

/** The password of every account. */
export const PASSWORD = 'a long enough password';

export interface Started {
  conversationId: string;
  assistantId: string;
}

export interface SentMessage {
  messageId: string;
  runId: string;
  answerId: string;
}

const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken user { id role } } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken user { id role } } }';
const CREATE = 'mutation ($input: CreateAssistantInput!) { createAssistant(input: $input) { assistant { id } } }';
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } run { id message { id } } } }';

/** A client with an account, which uses the product as any client does. */
export class Person {
  readonly product: ProductApi;
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
  readonly role: string;

  private constructor(product: ProductApi, id: string, email: string, token: string, refreshToken: string, role: string) {
    this.product = product;
    this.id = id;
    this.email = email;
    this.token = token;
    this.refreshToken = refreshToken;
    this.role = role;
  }

  static async signUp(product: ProductApi, name = 'Ada'): Promise<Person> {
    const email = `person-${randomUUID()}@example.org`;
    const data = await product.ask(SIGN_UP, { input: { email, password: PASSWORD, name } });
    const { accessToken, refreshToken, user } = data.signUp;
    return new Person(product, user.id, email, accessToken, refreshToken, user.role);
  }

  /** Opens a further session of an existing account. */
  static async signIn(product: ProductApi, email: string): Promise<Person> {
    const { signIn } = await product.ask(SIGN_IN, { input: { email, password: PASSWORD } });
    return new Person(product, signIn.user.id, email, signIn.accessToken, signIn.refreshToken, signIn.user.role);
  }

  /** Returns the data of a request that must succeed. */
  ask(query: string, variables: Record<string, unknown> = {}): Promise<any> {
    return this.product.ask(query, variables, this.token);
  }

  /** Returns the code of the first error of a request that must fail. */
  async refused(query: string, variables: Record<string, unknown> = {}): Promise<string> {
    const { errors } = await this.product.graph(query, variables, this.token);
    if (!errors?.[0]) throw new Error('the request was not refused');
    return errors[0].extensions['code'] as string;
  }

  async createAssistant(input: Record<string, unknown> = {}): Promise<string> {
    const data = await this.ask(CREATE, { input: { name: 'Helper', instructions: 'Be brief.', ...input } });
    return data.createAssistant.assistant.id;
  }

  async startConversation(assistant: Record<string, unknown> = {}): Promise<Started> {
    const assistantId = await this.createAssistant(assistant);
    const data = await this.ask(START, { input: { assistantId } });
    return { conversationId: data.startConversation.conversation.id, assistantId };
  }

  async send(conversationId: string, text: string, more: Record<string, unknown> = {}): Promise<SentMessage> {
    const { sendMessage } = await this.ask(SEND, { input: { conversationId, text, ...more } });
    return { messageId: sendMessage.message.id, runId: sendMessage.run.id, answerId: sendMessage.run.message.id };
  }

  /** Follows a run to its end over a WebSocket. */
  follow(runId: string, after?: string): Promise<ReadRun> {
    return readRun(this.product.socket(this.token), runId, after);
  }
}
