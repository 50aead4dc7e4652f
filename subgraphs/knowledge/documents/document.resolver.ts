import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Channels } from '../../../schema/channels.ts';
import { requireSystem, viewerOf, type Context } from '../../framework/context.ts';
import type { DocumentStatus, Document } from './document.entity.ts';
import { documentEventsOf } from './document-events.ts';
import {
  AddDocumentInput,
  AddDocumentPayload,
  DeleteDocumentInput,
  DeleteDocumentPayload,
  DocumentStoredInput,
  DocumentStoredPayload,
  RetryDocumentInput,
  RetryDocumentPayload,
} from './document.input.ts';
import { documentsById } from './document.loader.ts';
import type { DocumentService } from './document.service.ts';
import { DocumentEventType, DocumentPageType, DocumentType, PageKindEnum } from './document.type.ts';
import { pageKindOf, type PageKind } from './extract/extraction.ts';
import { KnowledgeBaseType } from '../bases/knowledge-base.type.ts';
import { ownDocument, ownKnowledgeBase } from '../ownership.ts';
import { labelOf } from './page.entity.ts';

@Resolver(() => DocumentType)
export class DocumentResolver {
  readonly #documents: DocumentService;

  constructor(documents: DocumentService) {
    this.#documents = documents;
  }

  @Query(() => DocumentType, { description: 'One of your documents.' })
  async document(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<DocumentType> {
    return ownDocument(id, context);
  }

  @Mutation(() => AddDocumentPayload, { description: 'Registers a file and returns the URL to upload it to.' })
  async addDocument(
    @Arg('input', () => AddDocumentInput, { description: 'The file that will be uploaded.' }) input: AddDocumentInput,
    @Ctx() context: Context,
  ): Promise<AddDocumentPayload> {
    return this.#documents.add(context, input);
  }

  @Mutation(() => RetryDocumentPayload, { description: 'Processes a failed document again.' })
  async retryDocument(
    @Arg('input', () => RetryDocumentInput, { description: 'The id.' }) input: RetryDocumentInput,
    @Ctx() context: Context,
  ): Promise<RetryDocumentPayload> {
    return { document: await this.#documents.retry(context, input.id) };
  }

  @Mutation(() => DeleteDocumentPayload, {
    description: 'Deletes a document, its file, its text and its passages. If it has duplicates, the oldest of them replaces it.',
  })
  async deleteDocument(
    @Arg('input', () => DeleteDocumentInput, { description: 'The id.' }) input: DeleteDocumentInput,
    @Ctx() context: Context,
  ): Promise<DeleteDocumentPayload> {
    await this.#documents.delete(context, input.id);
    return { deletedId: input.id };
  }

  @Directive('@inaccessible')
  @Mutation(() => DocumentStoredPayload, { description: 'Reports that an upload is complete; called by the gateway.' })
  async documentStored(
    @Arg('input', () => DocumentStoredInput, { description: 'The bytes.' }) input: DocumentStoredInput,
    @Ctx() context: Context,
  ): Promise<DocumentStoredPayload> {
    requireSystem(context);
    return { document: await this.#documents.stored(context, input) };
  }

  @FieldResolver(() => KnowledgeBaseType, { description: 'The knowledge base that it belongs to.' })
  async knowledgeBase(@Root() { knowledgeBaseId }: DocumentType, @Ctx() context: Context): Promise<KnowledgeBaseType> {
    return ownKnowledgeBase(knowledgeBaseId, context);
  }

  @FieldResolver(() => DocumentType, {
    nullable: true,
    description: 'An older document of this knowledge base with the same content, which is searched instead.',
  })
  async duplicateOf(@Root() { duplicateOf }: DocumentType, @Ctx() context: Context): Promise<DocumentType | null> {
    return duplicateOf ? ((await documentsById(context).load(duplicateOf)) ?? null) : null;
  }

  @FieldResolver(() => PageKindEnum, { nullable: true, description: 'The kind of its pages; null if `pageCount` is.' })
  pageKind(@Root() { pageCount, mediaType }: DocumentType): PageKind | null {
    return pageCount === null ? null : pageKindOf(mediaType);
  }

  @FieldResolver(() => [DocumentPageType], {
    description: 'The extracted text, page by page. Formats without pages have one page without a number.',
  })
  async pages(
    @Root() document: DocumentType,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 20 when absent.' }) first: number | null,
    @Arg('from', () => Int, { nullable: true, description: 'The first page to read, from 1; 1 by default.' }) from: number | null,
    @Ctx() context: Context,
  ): Promise<DocumentPageType[]> {
    const pages = await this.#documents.pages(context, document, { first, from });
    return pages.map(({ number, label, start, text }) => ({
      number,
      label: labelOf(number, label),
      start,
      end: start + text.length,
      text,
    }));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'A signed URL of the original file, valid for a few minutes; null before the upload.',
  })
  async downloadUrl(@Root() document: Document, @Ctx() context: Context): Promise<string | null> {
    return this.#documents.downloadUrl(context, document);
  }
}

@Resolver(() => DocumentEventType)
export class DocumentEventResolver {
  @Subscription(() => DocumentEventType, {
    description: 'Changes of the documents of a knowledge base, starting with the current status of those in progress or recently changed.',
    subscribe: ({ context, args }: { context: Context; args: { knowledgeBaseId: string } }) =>
      documentEventsOf(args.knowledgeBaseId, context),
  })
  documentEvents(
    @Root() { documentId, stage, progress, status, deleted }: Channels['document'],
    @Arg('knowledgeBaseId', () => ID, { description: 'One of your knowledge bases.' }) _knowledgeBaseId: string,
  ): Partial<DocumentEventType> {
    return { documentId, stage, progress, status: deleted ? null : (status as DocumentStatus) };
  }

  @FieldResolver(() => DocumentType, { nullable: true, description: 'The document as it is now; null when it was deleted.' })
  async document(@Root() { documentId }: DocumentEventType, @Ctx() context: Context): Promise<DocumentType | null> {
    const found = await documentsById(context).load(documentId);
    return found?.ownerId === viewerOf(context).userId ? found : null;
  }
}
