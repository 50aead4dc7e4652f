import { graphql, type ResultOf } from '#lib/graph/gql.ts';
import { MessagePartsFragment } from '../thread/operations.ts';

export const StopRunMutation = graphql(`
  mutation StopRun($input: StopRunInput!) {
    stopRun(input: $input) {
      run {
        id
        status
      }
    }
  }
`);

export const RunDetailsQuery = graphql(`
  query RunDetails($id: ID!) {
    run(id: $id) {
      id
      attempt
      startedAt
      finishedAt
      model {
        id
        name
        provider
      }
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

export const RunEventsSubscription = graphql(
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
        ... on ReasoningDelta {
          text
        }
        ... on TextRetracted {
          characters
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
  [MessagePartsFragment],
);

export type RunEvent = ResultOf<typeof RunEventsSubscription>['runEvents'];
