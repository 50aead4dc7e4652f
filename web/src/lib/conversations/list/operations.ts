import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const ConversationRow = graphql(`
  fragment ConversationRow on Conversation {
    id
    title
    updatedAt
    activeRun {
      id
    }
  }
`);

export const ConversationsDocument = graphql(
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
  [ConversationRow],
);

export const ConversationEventsDocument = graphql(
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
  [ConversationRow],
);

export const SearchMessagesDocument = graphql(`
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

export const StartConversationDocument = graphql(
  `
    mutation StartConversation($input: StartConversationInput!) {
      startConversation(input: $input) {
        conversation {
          ...ConversationRow
        }
      }
    }
  `,
  [ConversationRow],
);

export const RenameConversationDocument = graphql(
  `
    mutation RenameConversation($input: RenameConversationInput!) {
      renameConversation(input: $input) {
        conversation {
          ...ConversationRow
        }
      }
    }
  `,
  [ConversationRow],
);

export const DeleteConversationDocument = graphql(`
  mutation DeleteConversation($input: DeleteConversationInput!) {
    deleteConversation(input: $input) {
      deletedId
    }
  }
`);

export type Row = ResultOf<typeof ConversationRow>;
export type MessageMatch = ResultOf<typeof SearchMessagesDocument>['searchMessages'][number];
