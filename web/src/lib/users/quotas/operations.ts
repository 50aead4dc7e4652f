import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const ChatQuotasQuery = graphql(`
  query ChatQuotas {
    chatQuotas {
      kind
      used
      limit
      renewsAt
    }
  }
`);

export const KnowledgeQuotasQuery = graphql(`
  query KnowledgeQuotas {
    knowledgeQuotas {
      kind
      used
      limit
      renewsAt
    }
  }
`);

export type Quota = ResultOf<typeof ChatQuotasQuery>['chatQuotas'][number];
