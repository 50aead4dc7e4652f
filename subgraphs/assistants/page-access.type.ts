import { registerEnumType } from 'type-graphql';
import type { PageAccess } from './version.entity.ts';

export const PageAccessEnum: { [A in PageAccess]: A } = { ANY: 'ANY', NAMED: 'NAMED', NONE: 'NONE' };
registerEnumType(PageAccessEnum, {
  name: 'PageAccess',
  description:
    'The web pages that an assistant may open. The path and query of a URL may have at most 120 characters beyond what was written by you or your documents.',
  valuesConfig: {
    ANY: { description: 'Pages of any public host.' },
    NAMED: {
      description:
        'Pages of hosts that are named in your messages of the conversation or in the instructions, and URLs that occur in the passages of your documents.',
    },
    NONE: { description: 'No web pages.' },
  },
});
