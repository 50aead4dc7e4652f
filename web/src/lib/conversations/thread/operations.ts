import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const MessagePartsFragment = graphql(`
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

export const ThreadPartsFragment = graphql(
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
  [MessagePartsFragment],
);

/** Number of messages per page. */
export const PAGE = 40;

export const ThreadQuery = graphql(
  `
    query Thread($id: ID!, $last: Int, $before: String) {
      conversation(id: $id) {
        ...ThreadParts
      }
    }
  `,
  [ThreadPartsFragment],
);

export const SelectBranchMutation = graphql(
  `
    mutation SelectBranch($input: SelectBranchInput!, $last: Int, $before: String) {
      selectBranch(input: $input) {
        conversation {
          ...ThreadParts
        }
      }
    }
  `,
  [ThreadPartsFragment],
);

export const SendMessageMutation = graphql(
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
  [MessagePartsFragment],
);

export const RegenerateMutation = graphql(
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
  [MessagePartsFragment],
);

export type Message = ResultOf<typeof MessagePartsFragment>;
export type ThreadResult = ResultOf<typeof ThreadQuery>['conversation'];
export type Citation = Message['citations'][number];
