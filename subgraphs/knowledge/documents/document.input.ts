import { Directive, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { DocumentType } from './document.type.ts';

@InputType({ description: 'A file that will be uploaded.' })
export class AddDocumentInput {
  @Field(() => ID, { description: 'The knowledge base to add it to.' })
  knowledgeBaseId!: string;

  @Field(() => String, { description: 'The file name. Folders and invisible characters are removed.' })
  name!: string;

  @Field(() => String, { description: 'The announced media type, such as `application/pdf`. The content decides.' })
  mediaType!: string;

  @Field(() => Float, { description: 'Its size in bytes.' })
  sizeBytes!: number;
}

@InputType({ description: 'The document to process again.' })
export class RetryDocumentInput {
  @Field(() => ID, { description: 'A document that failed.' })
  id!: string;
}

@InputType({ description: 'The document to delete.' })
export class DeleteDocumentInput {
  @Field(() => ID, { description: 'The document to delete, with its file, its text and its passages.' })
  id!: string;
}

@Directive('@inaccessible')
@InputType({ description: 'The uploaded bytes.' })
export class DocumentStoredInput {
  @Field(() => ID, { description: 'The document of the file.' })
  documentId!: string;

  @Field(() => String, { description: 'The storage key, under the key of the signed upload URL.' })
  key!: string;

  @Field(() => String, { description: 'Their SHA-256, hexadecimal.' })
  sha256!: string;

  @Field(() => Float, { description: 'Their number.' })
  sizeBytes!: number;

  @Field(() => String, { nullable: true, description: 'The media type by the first bytes; extraction decides.' })
  sniffedMediaType?: string | null;
}

@ObjectType({ description: 'The new document and its upload URL.' })
export class AddDocumentPayload {
  @Field(() => DocumentType, { description: 'The new document, waiting for its file.' })
  document!: DocumentType;

  @Field(() => String, { description: 'The URL for one PUT of the file, valid for an hour.' })
  uploadUrl!: string;
}

@ObjectType({ description: 'The document, queued again.' })
export class RetryDocumentPayload {
  @Field(() => DocumentType, { description: 'The queued document.' })
  document!: DocumentType;
}

@ObjectType({ description: 'The deleted object.' })
export class DeleteDocumentPayload {
  @Field(() => ID, { description: 'The id of the deleted document.' })
  deletedId!: string;
}

@Directive('@inaccessible')
@ObjectType({ description: 'The uploaded document.' })
export class DocumentStoredPayload {
  @Field(() => DocumentType, { description: 'The queued document.' })
  document!: DocumentType;
}
