import { Directive, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { DocumentType } from './document.type.ts';

@InputType({ description: 'A file to come.' })
export class AddDocumentInput {
  @Field(() => ID, { description: 'The knowledge base that it is for.' })
  knowledgeBaseId!: string;

  @Field(() => String, { description: 'The name of the file. Folders and invisible characters are taken off.' })
  name!: string;

  @Field(() => String, { description: 'What the file is said to be, such as `application/pdf`. Its content decides.' })
  mediaType!: string;

  @Field(() => Float, { description: 'Its size in bytes.' })
  sizeBytes!: number;
}

@InputType({ description: 'Which document to read again.' })
export class RetryDocumentInput {
  @Field(() => ID, { description: 'A document that failed.' })
  id!: string;
}

@InputType({ description: 'Which document to delete.' })
export class DeleteDocumentInput {
  @Field(() => ID, { description: 'The document to delete, with its file, its text and its passages.' })
  id!: string;
}

@Directive('@inaccessible')
@InputType({ description: 'Bytes that have arrived.' })
export class DocumentStoredInput {
  @Field(() => ID, { description: 'The document whose bytes they are.' })
  documentId!: string;

  @Field(() => String, { description: 'Where they were put; below the key of the upload ticket.' })
  key!: string;

  @Field(() => String, { description: 'Their SHA-256, hexadecimal.' })
  sha256!: string;

  @Field(() => Float, { description: 'How many they are.' })
  sizeBytes!: number;

  @Field(() => String, { nullable: true, description: 'What they look like at first sight; reading them decides.' })
  sniffedMediaType?: string | null;
}

@ObjectType({ description: 'The new document, and where its bytes go.' })
export class AddDocumentPayload {
  @Field(() => DocumentType, { description: 'The new document, which awaits its file.' })
  document!: DocumentType;

  @Field(() => String, { description: 'PUT the bytes there, once, within the hour.' })
  uploadUrl!: string;
}

@ObjectType({ description: 'The document that is read again.' })
export class RetryDocumentPayload {
  @Field(() => DocumentType, { description: 'The document, queued.' })
  document!: DocumentType;
}

@ObjectType({ description: 'What was deleted.' })
export class DeleteDocumentPayload {
  @Field(() => ID, { description: 'The id of the deleted document.' })
  deletedId!: string;
}

@Directive('@inaccessible')
@ObjectType({ description: 'The document whose bytes have arrived.' })
export class DocumentStoredPayload {
  @Field(() => DocumentType, { description: 'The document, queued.' })
  document!: DocumentType;
}
