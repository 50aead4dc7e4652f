import { eventually } from './eventually.ts';
import { PASSWORD } from './person.ts';

/** The variables of each mutation and the audit entry that it must leave; later steps use objects of earlier ones. */
export interface Step {
  mutation: string;
  select: string;
  action: string;
  input?(made: Record<string, any>): unknown;
  /** Sends the mutation without a token. */
  anonymous?: boolean;
  admin?: boolean;
  before?(made: Record<string, any>): Promise<void>;
}

export const EMAIL = 'audited@example.org';

export const STEPS: Step[] = [
  {
    mutation: 'signUp',
    select: '{ accessToken user { id } }',
    action: 'user.signedUp',
    anonymous: true,
    input: () => ({ email: EMAIL, password: PASSWORD, name: 'Audited' }),
  },
  {
    mutation: 'signIn',
    select: '{ accessToken refreshToken }',
    action: 'user.signedIn',
    anonymous: true,
    input: () => ({ email: EMAIL, password: PASSWORD }),
  },
  {
    mutation: 'refreshSession',
    select: '{ accessToken }',
    action: 'session.refreshed',
    anonymous: true,
    input: ({ signIn }) => ({ refreshToken: signIn.refreshToken }),
  },
  {
    mutation: 'inviteUser',
    select: '{ invitation { id } }',
    action: 'user.invited',
    admin: true,
    input: () => ({ email: 'invited@example.org' }),
  },
  { mutation: 'markNotificationsRead', select: '{ count }', action: 'notification.read', input: () => ({}) },
  {
    mutation: 'createAssistant',
    select: '{ assistant { id } }',
    action: 'assistant.created',
    input: () => ({ name: 'Audited', instructions: 'Be brief.' }),
  },
  {
    mutation: 'updateAssistant',
    select: '{ assistant { id } }',
    action: 'assistant.updated',
    input: ({ createAssistant }) => ({ id: createAssistant.assistant.id, name: 'Renamed' }),
  },
  {
    mutation: 'startConversation',
    select: '{ conversation { id } }',
    action: 'conversation.started',
    input: ({ createAssistant }) => ({ assistantId: createAssistant.assistant.id }),
  },
  {
    mutation: 'renameConversation',
    select: '{ conversation { id } }',
    action: 'conversation.renamed',
    input: ({ startConversation }) => ({ id: startConversation.conversation.id, title: 'Audit' }),
  },
  {
    mutation: 'sendMessage',
    select: '{ message { id } run { id message { id } } }',
    action: 'message.sent',
    input: ({ startConversation }) => ({ conversationId: startConversation.conversation.id, text: 'Hello' }),
  },
  {
    mutation: 'regenerate',
    select: '{ run { id message { id } } }',
    action: 'run.regenerated',
    input: ({ sendMessage }) => ({ messageId: sendMessage.run.message.id }),
    async before({ sendMessage, person, model }) {
      await person.follow(sendMessage.run.id);
      model.reply({ tokens: 400, delayMs: 50 });
    },
  },
  { mutation: 'stopRun', select: '{ run { id } }', action: 'run.stopRequested', input: ({ regenerate }) => ({ runId: regenerate.run.id }) },
  {
    mutation: 'selectBranch',
    select: '{ conversation { id } }',
    action: 'conversation.branchSelected',
    input: ({ startConversation, sendMessage }) => ({
      conversationId: startConversation.conversation.id,
      leafId: sendMessage.run.message.id,
    }),
    before: async ({ regenerate, person }) => void (await person.follow(regenerate.run.id)),
  },
  {
    mutation: 'callTool',
    select: '{ toolCall { id } }',
    action: 'tool.called',
    input: ({ calculator }) => ({ toolId: calculator.id, arguments: { expression: '6 * 7' } }),
    async before(made) {
      const { tools } = await made['person'].ask('{ tools { id name } }');
      made['calculator'] = tools.find(({ name }: any) => name === 'calculate');
    },
  },
  {
    mutation: 'createKnowledgeBase',
    select: '{ knowledgeBase { id } }',
    action: 'knowledgeBase.created',
    input: () => ({ name: 'Audited' }),
  },
  {
    mutation: 'updateKnowledgeBase',
    select: '{ knowledgeBase { id } }',
    action: 'knowledgeBase.updated',
    input: ({ createKnowledgeBase }) => ({ id: createKnowledgeBase.knowledgeBase.id, name: 'Renamed' }),
  },
  {
    mutation: 'addDocument',
    select: '{ document { id } uploadUrl }',
    action: 'document.added',
    input: ({ createKnowledgeBase }) => ({
      knowledgeBaseId: createKnowledgeBase.knowledgeBase.id,
      name: 'empty.pdf',
      mediaType: 'application/pdf',
      sizeBytes: 9,
    }),
  },
  {
    mutation: 'retryDocument',
    select: '{ document { id } }',
    action: 'document.retried',
    input: ({ addDocument }) => ({ id: addDocument.document.id }),
    before: uploadBroken,
  },
  {
    mutation: 'deleteDocument',
    select: '{ deletedId }',
    action: 'document.deleted',
    input: ({ addDocument }) => ({ id: addDocument.document.id }),
  },
  {
    mutation: 'deleteKnowledgeBase',
    select: '{ deletedId }',
    action: 'knowledgeBase.deleted',
    input: ({ createKnowledgeBase }) => ({ id: createKnowledgeBase.knowledgeBase.id }),
  },
  {
    mutation: 'deleteConversation',
    select: '{ deletedId }',
    action: 'conversation.deleted',
    input: ({ startConversation }) => ({ id: startConversation.conversation.id }),
  },
  {
    mutation: 'deleteAssistant',
    select: '{ deletedId }',
    action: 'assistant.deleted',
    input: ({ createAssistant }) => ({ id: createAssistant.assistant.id }),
  },
  { mutation: 'reindexKnowledge', select: '{ vectorIndex { id } }', action: 'vectorIndex.requested', admin: true },
  { mutation: 'signOut', select: '{ signedOut }', action: 'session.signedOut' },
];

/** Adds a document that fails: only a failed one can be read again. */
async function uploadBroken({ addDocument, person }: Record<string, any>): Promise<void> {
  await fetch(addDocument.uploadUrl, { method: 'PUT', body: '%PDF-1.7\n' });
  const query = 'query ($id: ID!) { document(id: $id) { status } }';
  await eventually(
    () => person.ask(query, { id: addDocument.document.id }),
    ({ document }: any) => document.status === 'FAILED',
    40_000,
  );
}
