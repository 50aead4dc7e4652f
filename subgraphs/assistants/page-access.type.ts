import { registerEnumType } from 'type-graphql';
import type { PageAccess } from './version.entity.ts';

export const PageAccessEnum: { [A in PageAccess]: A } = { ANY: 'ANY', NAMED: 'NAMED', NONE: 'NONE' };
registerEnumType(PageAccessEnum, {
  name: 'PageAccess',
  description:
    'Which web pages an assistant may open while it answers. Beyond what was written, the path and query of an address have at most 120 characters.',
  valuesConfig: {
    ANY: { description: 'Pages of every public host.' },
    NAMED: {
      description:
        'Pages of hosts that are named in your messages of the conversation or in the instructions, and addresses that are written in the passages of your documents.',
    },
    NONE: { description: 'No pages.' },
  },
});
