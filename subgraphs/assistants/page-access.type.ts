import { registerEnumType } from 'type-graphql';
import type { PageAccess } from './version.entity.ts';

export const PageAccessEnum: { [A in PageAccess]: A } = { ANY: 'ANY', NAMED: 'NAMED', NONE: 'NONE' };
registerEnumType(PageAccessEnum, {
  name: 'PageAccess',
  description:
    'Whose web pages an assistant may open while it answers. Of an address, whatever nobody wrote has at most 120 characters of path and query.',
  valuesConfig: {
    ANY: { description: 'Those of every public host.' },
    NAMED: {
      description:
        'Those of hosts that your messages of the conversation or the instructions name, and the addresses that stand in the passages of your documents.',
    },
    NONE: { description: 'None.' },
  },
});
