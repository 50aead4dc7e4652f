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

export const MessageParts = graphql(`
  fragment MessageParts on Message {
    id
    role
    text
    parentId
    createdAt
    siblingIds
    citations {
      id
      number
      documentName
      page
      start
      end
      quote
      document {
        id
      }
    }
    run {
      id
      status
      failureCode
      failure
      assistantVersion {
        id
        name
        model {
          id
          name
        }
      }
      toolCalls {
        id
        arguments
        result
        status
        durationMs
        failure
        tool {
          id
          name
          title
        }
      }
    }
  }
`);

export const ThreadParts = graphql(
  `
    fragment ThreadParts on Conversation {
      id
      title
      updatedAt
      assistant {
        id
        name
      }
      activeRun {
        id
        message {
          id
        }
      }
      thread(last: $last, before: $before) {
        edges {
          node {
            ...MessageParts
          }
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
  `,
  [MessageParts],
);

export const ThreadDocument = graphql(
  `
    query Thread($id: ID!, $last: Int, $before: String) {
      conversation(id: $id) {
        ...ThreadParts
      }
    }
  `,
  [ThreadParts],
);

export const SelectBranchDocument = graphql(
  `
    mutation SelectBranch($input: SelectBranchInput!, $last: Int, $before: String) {
      selectBranch(input: $input) {
        conversation {
          ...ThreadParts
        }
      }
    }
  `,
  [ThreadParts],
);

export const SendMessageDocument = graphql(
  `
    mutation SendMessage($input: SendMessageInput!) {
      sendMessage(input: $input) {
        message {
          ...MessageParts
        }
        run {
          id
          message {
            ...MessageParts
          }
        }
      }
    }
  `,
  [MessageParts],
);

export const RegenerateDocument = graphql(
  `
    mutation Regenerate($input: RegenerateInput!) {
      regenerate(input: $input) {
        message {
          ...MessageParts
        }
        run {
          id
          message {
            ...MessageParts
          }
        }
      }
    }
  `,
  [MessageParts],
);

export const StopRunDocument = graphql(`
  mutation StopRun($input: StopRunInput!) {
    stopRun(input: $input) {
      run {
        id
        status
      }
    }
  }
`);

export const RunDetailsDocument = graphql(`
  query RunDetails($id: ID!) {
    run(id: $id) {
      id
      attempt
      startedAt
      finishedAt
      assistantVersion {
        id
        name
        number
        model {
          id
          name
          provider
        }
      }
      usage {
        inputTokens
        outputTokens
        estimated
        durationMs
        timeToFirstTokenMs
        costUsd
      }
    }
  }
`);

export const RunEventsDocument = graphql(
  `
    subscription RunEvents($runId: ID!, $after: String) {
      runEvents(runId: $runId, after: $after) {
        __typename
        cursor
        ... on RunStarted {
          attempt
          model
        }
        ... on RetrievalStarted {
          query
        }
        ... on PassagesRetrieved {
          durationMs
          passages {
            id
            document {
              id
              name
            }
          }
        }
        ... on TextDelta {
          text
        }
        ... on ToolCallStarted {
          callId
          toolName
          arguments
        }
        ... on ToolCallFinished {
          callId
          toolName
          succeeded
          durationMs
          toolCall {
            id
            result
            failure
            tool {
              id
              title
            }
          }
        }
        ... on RunFinished {
          message {
            ...MessageParts
          }
        }
        ... on RunStopped {
          message {
            ...MessageParts
          }
        }
        ... on RunFailed {
          code
          reason: message
        }
      }
    }
  `,
  [MessageParts],
);

export type RunEvent = ResultOf<typeof RunEventsDocument>['runEvents'];
export type Message = ResultOf<typeof MessageParts>;
export type ThreadResult = ResultOf<typeof ThreadDocument>['conversation'];
export type Citation = Message['citations'][number];
export type Row = ResultOf<typeof ConversationRow>;
export type MessageMatch = ResultOf<typeof SearchMessagesDocument>['searchMessages'][number];
