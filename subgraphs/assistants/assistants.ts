import type { Context } from '../framework/context.ts';
import type { Subgraph } from '../framework/subgraph.ts';
import { Assistant } from './assistant.entity.ts';
import { AssistantResolver, ownAssistant } from './assistant.resolver.ts';
import { AssistantService } from './assistant.service.ts';
import { DefaultAssistant } from './default-assistant.ts';
import { migration as first } from './migrations/0001-assistants.ts';
import { migration as defaultAssistant } from './migrations/0002-default-assistant.ts';
import { migration as pageAccess } from './migrations/0003-page-access.ts';
import { Models } from './models.ts';
import { AssistantVersion } from './version.entity.ts';
import { ownVersion, VersionResolver } from './version.resolver.ts';

export const assistants: Subgraph<'assistants'> = {
  name: 'assistants',
  entities: [Assistant, AssistantVersion],
  migrations: [first, defaultAssistant, pageAccess],
  create({ ai, graph, queue }) {
    const models = new Models(ai);
    const service = new AssistantService({ ai, graph, queue });
    return {
      resolvers: new Map<Function, object>([
        [AssistantResolver, new AssistantResolver({ assistants: service, defaults: new DefaultAssistant(queue), models })],
        [VersionResolver, new VersionResolver(models)],
      ]),
      references: {
        Assistant: (reference: { id: string }, context: Context) => ownAssistant(reference.id, context),
        AssistantVersion: (reference: { id: string }, context: Context) => ownVersion(reference.id, context),
        Model: (reference: { id: string }, context: Context) => models.get(reference.id, context),
      },
      on: {
        'knowledgeBase.deleted': (event, { em }) => service.forgetKnowledgeBase(em, event.payload.knowledgeBaseId, event.actor),
      },
    };
  },
};
