import { graphql } from '#lib/graph/gql.ts';

export const KnowledgeBasesQuery = graphql(`
  query KnowledgeBases($first: Int!, $after: String) {
    knowledgeBases(first: $first, after: $after) {
      edges {
        node {
          id
          name
          description
          documentCount
          passageCount
          embeddingIsBuiltin
          updatedAt
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

export const KnowledgeBaseQuery = graphql(`
  query KnowledgeBase($id: ID!) {
    knowledgeBase(id: $id) {
      id
      name
      description
      documentCount
      passageCount
      embeddingModel
      embeddingIsBuiltin
      createdAt
      updatedAt
    }
  }
`);

export const CreateKnowledgeBaseMutation = graphql(`
  mutation CreateKnowledgeBase($input: CreateKnowledgeBaseInput!) {
    createKnowledgeBase(input: $input) {
      knowledgeBase {
        id
        name
      }
    }
  }
`);

export const UpdateKnowledgeBaseMutation = graphql(`
  mutation UpdateKnowledgeBase($input: UpdateKnowledgeBaseInput!) {
    updateKnowledgeBase(input: $input) {
      knowledgeBase {
        id
        name
        description
        updatedAt
      }
    }
  }
`);

export const DeleteKnowledgeBaseMutation = graphql(`
  mutation DeleteKnowledgeBase($input: DeleteKnowledgeBaseInput!) {
    deleteKnowledgeBase(input: $input) {
      deletedId
    }
  }
`);

export const DocumentsQuery = graphql(`
  query Documents($knowledgeBaseId: ID!, $first: Int!, $after: String) {
    knowledgeBase(id: $knowledgeBaseId) {
      id
      documentCount
      passageCount
      documents(first: $first, after: $after) {
        edges {
          node {
            id
            name
            mediaType
            sizeBytes
            status
            failure
            failureCode
            pageCount
            pageKind
            passageCount
            createdAt
            updatedAt
            warnings {
              code
              message
            }
            duplicateOf {
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

export const DocumentEventsSubscription = graphql(`
  subscription DocumentEvents($knowledgeBaseId: ID!) {
    documentEvents(knowledgeBaseId: $knowledgeBaseId) {
      documentId
      status
      stage
      progress
      document {
        id
        name
        mediaType
        sizeBytes
        status
        failure
        failureCode
        pageCount
        pageKind
        passageCount
        createdAt
        updatedAt
        warnings {
          code
          message
        }
        duplicateOf {
          id
          name
        }
      }
    }
  }
`);

export const AddDocumentMutation = graphql(`
  mutation AddDocument($input: AddDocumentInput!) {
    addDocument(input: $input) {
      document {
        id
        name
        status
        knowledgeBase {
          id
        }
      }
      uploadUrl
    }
  }
`);

export const RetryDocumentMutation = graphql(`
  mutation RetryDocument($input: RetryDocumentInput!) {
    retryDocument(input: $input) {
      document {
        id
        status
        failure
        failureCode
      }
    }
  }
`);

export const DeleteDocumentMutation = graphql(`
  mutation DeleteDocument($input: DeleteDocumentInput!) {
    deleteDocument(input: $input) {
      deletedId
    }
  }
`);

export const DocumentQuery = graphql(`
  query Document($id: ID!) {
    document(id: $id) {
      id
      name
      mediaType
      sizeBytes
      status
      failure
      failureCode
      pageCount
      pageKind
      passageCount
      characterCount
      createdAt
      updatedAt
      warnings {
        code
        message
      }
      duplicateOf {
        id
        name
      }
      knowledgeBase {
        id
        name
      }
    }
  }
`);

export const SimilarDocumentsQuery = graphql(`
  query SimilarDocuments($id: ID!, $first: Int!) {
    document(id: $id) {
      id
      similar(first: $first) {
        id
        name
        knowledgeBase {
          id
          name
        }
      }
    }
  }
`);

export const TopicsQuery = graphql(`
  query Topics($id: ID!, $documents: Int!) {
    knowledgeBase(id: $id) {
      id
      passageCount
      topicsComputedAt
      topicsAreStale
      topics {
        id
        name
        terms
        passageCount
        documents(first: $documents) {
          id
          name
        }
      }
    }
  }
`);

export const DocumentPagesQuery = graphql(`
  query DocumentPages($id: ID!, $first: Int!, $from: Int!) {
    document(id: $id) {
      id
      pages(first: $first, from: $from) {
        number
        label
        start
        end
        text
      }
    }
  }
`);

export const SearchKnowledgeQuery = graphql(`
  query SearchKnowledge($input: SearchKnowledgeInput!) {
    searchKnowledge(input: $input) {
      score
      keywordRank
      keywordScore
      vectorRank
      vectorScore
      marks {
        start
        end
      }
      passage {
        id
        page
        pageLabel
        start
        end
        text
        document {
          id
          name
          mediaType
        }
      }
    }
  }
`);
