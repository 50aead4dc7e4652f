import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const ConversationRowFragment = graphql(`
  fragment ConversationRow on Conversation {
    id
    title
    updatedAt
    activeRun {
      id
    }
  }
`);

export const ConversationsQuery = graphql(
  `
    query Conversations($first: Int, $after: String, $search: String) {
      conversations(first: $first, after: $after, search: $search) {
        edges {
          node {
            ...ConversationRow
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ConversationRowFragment],
);

export const ConversationEventsSubscription = graphql(
  `
    subscription ConversationEvents {
      conversationEvents {
        conversationId
        conversation {
          ...ConversationRow
        }
      }
    }
  `,
  [ConversationRowFragment],
);

export const SearchMessagesQuery = graphql(`
  query SearchMessages($query: String!, $first: Int) {
    searchMessages(query: $query, first: $first) {
      snippet
      marks {
        start
        end
      }
      message {
        id
        createdAt
        conversation {
          id
          title
        }
      }
    }
  }
`);

export const StartConversationMutation = graphql(
  `
    mutation StartConversation($input: StartConversationInput!) {
      startConversation(input: $input) {
        conversation {
          ...ConversationRow
        }
      }
    }
  `,
  [ConversationRowFragment],
);

export const RenameConversationMutation = graphql(
  `
    mutation RenameConversation($input: RenameConversationInput!) {
      renameConversation(input: $input) {
        conversation {
          ...ConversationRow
        }
      }
    }
  `,
  [ConversationRowFragment],
);

export const DeleteConversationMutation = graphql(`
  mutation DeleteConversation($input: DeleteConversationInput!) {
    deleteConversation(input: $input) {
      deletedId
    }
  }
`);

export type Row = ResultOf<typeof ConversationRowFragment>;
export type MessageMatch = ResultOf<typeof SearchMessagesQuery>['searchMessages'][number];
