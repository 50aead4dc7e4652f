import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const MessageParts = graphql(`
  fragment MessageParts on Message {
    id
    role
    text
    reasoning
    reasoningDurationMs
    isTruncated
    parentId
    createdAt
    siblingIds
    citations {
      id
      number
      documentName
      page
      pageLabel
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
      model {
        id
        name
      }
      failureDetail
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
      modelId
      assistant {
        id
        name
        modelId
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

/** How many messages are read at once. */
export const PAGE = 40;

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

export type Message = ResultOf<typeof MessageParts>;
export type ThreadResult = ResultOf<typeof ThreadDocument>['conversation'];
export type Citation = Message['citations'][number];
