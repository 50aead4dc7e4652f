import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const ChatQuotasDocument = graphql(`
  query ChatQuotas {
    chatQuotas {
      kind
      used
      limit
      renewsAt
    }
  }
`);

export const KnowledgeQuotasDocument = graphql(`
  query KnowledgeQuotas {
    knowledgeQuotas {
      kind
      used
      limit
      renewsAt
    }
  }
`);

export type Quota = ResultOf<typeof ChatQuotasDocument>['chatQuotas'][number];
