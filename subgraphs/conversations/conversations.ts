import type { Context } from '../framework/context.ts';
import type { Log } from '../../infra/log.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { Citation } from './citation.entity.ts';
import { ChatQuotaResolver } from './quota.resolver.ts';
import { Conversation } from './conversation.entity.ts';
import { ConversationEventResolver, ConversationResolver } from './conversation.resolver.ts';
import { ConversationService, ownConversation } from './conversation.service.ts';
import { Message } from './message.entity.ts';
import { CitationResolver, MessageResolver } from './message.resolver.ts';
import { MessageService, ownMessage } from './message.service.ts';
import { migration as first } from './migrations/0001-conversations.ts';
import { migration as handedBack } from './migrations/0002-handed-back.ts';
import { migration as reasoning } from './migrations/0003-reasoning.ts';
import { migration as model } from './migrations/0004-model.ts';
import { dailyUse } from './migrations/0005-daily-use.ts';
import { migration as pageLabels } from './migrations/0006-page-labels.ts';
import { RUN_EVENT_TYPES } from './run/run-event.type.ts';
import { Run } from './run/run.entity.ts';
import { ownRun, RunFinishedResolver, RunResolver, RunStoppedResolver } from './run/run.resolver.ts';
import { RunService } from './run/run.service.ts';
import { RunWorker } from './run/run.worker.ts';
import { writeTitle } from './title.worker.ts';

/** Sweep interval: a dead worker's run resumes within five seconds, and a queued run starts even if its message was lost. */
const SWEEP_MS = 1000;

export const conversations: Subgraph<'conversations'> = {
  name: 'conversations',
  entities: [Conversation, Message, Run, Citation],
  migrations: [first, handedBack, reasoning, model, dailyUse, pageLabels],
  create(ports) {
    const service = new ConversationService(ports);
    return {
      resolvers: new Map<Function, object>([
        [ConversationResolver, new ConversationResolver(service)],
        [ConversationEventResolver, new ConversationEventResolver()],
        [MessageResolver, new MessageResolver(new MessageService(ports))],
        [CitationResolver, new CitationResolver()],
        [RunResolver, new RunResolver(new RunService(ports))],
        [ChatQuotaResolver, new ChatQuotaResolver(ports.values)],
        [RunFinishedResolver, new RunFinishedResolver()],
        [RunStoppedResolver, new RunStoppedResolver()],
      ]),
      orphanedTypes: RUN_EVENT_TYPES,
      references: {
        Conversation: (reference: { id: string }, context: Context) => ownConversation(context.em, context, reference.id),
        Message: (reference: { id: string }, context: Context) => ownMessage(context.em, context, reference.id),
        Run: (reference: { id: string }, context: Context) => ownRun(context, reference.id),
      },
      jobs: {
        'conversation.title': { run: (job, context) => writeTitle(job, context, ports), options: { concurrency: 2, retryLimit: 1 } },
      },
      on: {
        'assistant.deleted': (event, { em }) => service.forgetAssistant(em, event.payload.assistantId),
      },
      async start(fork) {
        const worker = new RunWorker(ports, fork);
        const logFailure = (error: unknown) => ports.log.error({ err: error }, 'a queued run could not be begun');
        const unsubscribe = await ports.bus.subscribe('run.queued', 'all', ({ runId }) => void worker.begin(runId).catch(logFailure));
        const stop = keepSweeping(worker, ports.log);
        return async () => {
          await unsubscribe();
          await stop();
        };
      },
    };
  },
};

function keepSweeping(worker: RunWorker, log: Log): () => Promise<void> {
  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(() => worker.sweep()).catch((error: unknown) => log.error({ err: error }, 'the sweep of runs failed'));
  }, SWEEP_MS);
  return async () => {
    clearInterval(timer);
    await sweeping;
    await worker.close();
  };
}
