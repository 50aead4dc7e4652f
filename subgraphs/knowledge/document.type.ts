import { Directive, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { DateTime } from '../scalars.ts';
import type { DocumentStatus } from './document.entity.ts';

export const DocumentStatusEnum: Record<DocumentStatus, DocumentStatus> = {
  AWAITING_FILE: 'AWAITING_FILE',
  QUEUED: 'QUEUED',
  EXTRACTING: 'EXTRACTING',
  EMBEDDING: 'EMBEDDING',
  INDEXING: 'INDEXING',
  READY: 'READY',
  FAILED: 'FAILED',
};

registerEnumType(DocumentStatusEnum, {
  name: 'DocumentStatus',
  description: 'Where a document stands on its way from a file to something that can be searched.',
  valuesConfig: {
    AWAITING_FILE: { description: 'The bytes have not arrived; after an hour the document is forgotten.' },
    QUEUED: { description: 'The bytes are there and wait for a worker.' },
    EXTRACTING: { description: 'The text is being read.' },
    EMBEDDING: { description: 'The vectors are being made; its words can be searched already.' },
    INDEXING: { description: 'The last step before it is ready.' },
    READY: { description: 'It can be searched by words and by vectors.' },
    FAILED: { description: 'It cannot be used; `failure` says why.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Document', { description: 'A file in a knowledge base, and the text that was read from it.' })
export class DocumentType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  knowledgeBaseId!: string;

  @Field(() => String, { description: 'The name of the file, without folders and invisible characters.' })
  name!: string;

  @Field(() => String, { description: 'What the person said it is; once it was read, what it really is.' })
  mediaType!: string;

  @Field(() => Float, { description: 'The size of the file in bytes; before it arrived, the announced one.' })
  sizeBytes!: number;

  @Field(() => String, { nullable: true, description: 'The SHA-256 of the bytes, hexadecimal; null before they arrived.' })
  sha256!: string | null;

  @Field(() => DocumentStatusEnum, { description: 'Where it stands.' })
  status!: DocumentStatus;

  @Field(() => String, { nullable: true, description: 'Why it failed, fit for a person; null unless it failed.' })
  failure!: string | null;

  @Field(() => String, { nullable: true, description: 'The code of the failure, such as `DOCUMENT_NO_TEXT`; null unless it failed.' })
  failureCode!: string | null;

  @Field(() => Int, { nullable: true, description: 'The number of pages; null where the kind of file has none, or before it was read.' })
  pageCount!: number | null;

  @Field(() => Int, { description: 'The number of passages that can be found; 0 for a duplicate, whose original is searched instead.' })
  passageCount!: number;

  @Field(() => Int, { nullable: true, description: 'The length of its text in UTF-16 code units; null before it was read.' })
  characterCount!: number | null;

  duplicateOf!: string | null;

  @Field(() => DateTime, { description: 'When it was added.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When its status last changed.' })
  updatedAt!: Date;
}

@ObjectType('DocumentPage', {
  description: "A page of the text that was read. `start` is the offset of its first character in the document's text (UTF-16 code units).",
})
export class DocumentPageType {
  @Field(() => Int, { nullable: true, description: 'The number of the page, from 1; null where the kind of file has no pages.' })
  number!: number | null;

  @Field(() => Int, { description: "Where it begins in the document's text." })
  start!: number;

  @Field(() => Int, { description: "Where it ends in the document's text." })
  end!: number;

  @Field(() => String, { description: 'Its text, with headings, lists and tables marked as in Markdown.' })
  text!: string;
}

@ObjectType('DocumentEvent', { description: 'Something happened to a document of the knowledge base.' })
export class DocumentEventType {
  @Field(() => ID, { description: 'The document that it is about.' })
  documentId!: string;

  @Field(() => DocumentStatusEnum, { nullable: true, description: 'Where it stood at the time; null when it was deleted.' })
  status!: DocumentStatus | null;

  @Field(() => String, { description: 'The status at the time, or `DELETED`.' })
  stage!: string;

  @Field(() => Float, { nullable: true, description: '0 to 1 within the stage; null where it cannot be told.' })
  progress!: number | null;
}

export const DocumentConnection = connectionType('Document', DocumentType);
