import { graphql, type ResultOf } from '#lib/graph/gql.ts';

export const AssistantsQuery = graphql(`
  query Assistants($first: Int!, $after: String, $search: String) {
    assistants(first: $first, after: $after, search: $search) {
      edges {
        node {
          id
          name
          description
          knowledgeBaseIds
          toolIds
          updatedAt
          model {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);

export const AssistantQuery = graphql(`
  query Assistant($id: ID!) {
    assistant(id: $id) {
      id
      name
      description
      instructions
      modelId
      temperature
      starters
      knowledgeBaseIds
      toolIds
      pageAccess
      version
      createdAt
      updatedAt
      model {
        id
        name
        isDefault
        isLanguageModel
      }
    }
  }
`);

export const AssistantVersionsQuery = graphql(`
  query AssistantVersions($id: ID!, $first: Int!, $after: String) {
    assistant(id: $id) {
      id
      versions(first: $first, after: $after) {
        edges {
          node {
            id
            number
            name
            instructions
            modelId
            temperature
            knowledgeBaseIds
            toolIds
            pageAccess
            createdAt
            model {
              id
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

export const ModelsQuery = graphql(`
  query Models {
    models {
      id
      name
      provider
      isLanguageModel
      supportsTools
      isDefault
    }
  }
`);

export const ToolsQuery = graphql(`
  query Tools {
    tools {
      id
      name
      title
      summary
      builtin
    }
  }
`);

export const KnowledgeChoicesQuery = graphql(`
  query KnowledgeChoices {
    knowledgeBases(first: 100) {
      edges {
        node {
          id
          name
          documentCount
        }
      }
      totalCount
    }
  }
`);

export const CreateAssistantMutation = graphql(`
  mutation CreateAssistant($input: CreateAssistantInput!) {
    createAssistant(input: $input) {
      assistant {
        id
        name
      }
    }
  }
`);

export const UpdateAssistantMutation = graphql(`
  mutation UpdateAssistant($input: UpdateAssistantInput!) {
    updateAssistant(input: $input) {
      assistant {
        id
        name
        description
        instructions
        modelId
        temperature
        starters
        knowledgeBaseIds
        toolIds
        pageAccess
        version
        createdAt
        updatedAt
        model {
          id
          name
          isDefault
          isLanguageModel
        }
      }
    }
  }
`);

export const DeleteAssistantMutation = graphql(`
  mutation DeleteAssistant($input: DeleteAssistantInput!) {
    deleteAssistant(input: $input) {
      deletedId
    }
  }
`);

export type PageAccess = AssistantEdited['pageAccess'];
export type AssistantListed = ResultOf<typeof AssistantsQuery>['assistants']['edges'][number]['node'];
export type AssistantEdited = ResultOf<typeof AssistantQuery>['assistant'];
export type AssistantVersion = ResultOf<typeof AssistantVersionsQuery>['assistant']['versions']['edges'][number]['node'];
export type Model = ResultOf<typeof ModelsQuery>['models'][number];
