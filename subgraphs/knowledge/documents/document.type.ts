import { Directive, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../framework/connection.ts';
import { DateTime } from '../../framework/scalars.ts';
import type { PageKind } from './extract/extraction.ts';
import type { WarningCode } from './extract/warnings.ts';
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
  description: 'The processing status of a document.',
  valuesConfig: {
    AWAITING_FILE: { description: 'The file is not uploaded yet; after an hour the document is removed.' },
    QUEUED: { description: 'The file is uploaded and waits for a worker.' },
    EXTRACTING: { description: 'The text is being extracted.' },
    EMBEDDING: { description: 'The embeddings are being computed; full-text search finds it already.' },
    INDEXING: { description: 'The passages are being indexed.' },
    READY: { description: 'It can be searched by words and by vectors.' },
    FAILED: { description: 'It cannot be used, see `failure`.' },
  },
});

export const DocumentWarningCodeEnum: Record<WarningCode, WarningCode> = {
  UNREADABLE: 'UNREADABLE',
  UNDECODABLE: 'UNDECODABLE',
  NO_TEXT: 'NO_TEXT',
  FROM_PICTURE: 'FROM_PICTURE',
  CUT: 'CUT',
  LEFT_OUT: 'LEFT_OUT',
  CHARACTERS_REPLACED: 'CHARACTERS_REPLACED',
};

registerEnumType(DocumentWarningCodeEnum, {
  name: 'DocumentWarningCode',
  description: 'The reason why a part of a file is missing from its text or may be wrong.',
  valuesConfig: {
    UNREADABLE: { description: 'The part is damaged.' },
    UNDECODABLE: { description: 'Its fonts or encoding do not identify its characters.' },
    NO_TEXT: { description: 'The part is a picture.' },
    FROM_PICTURE: { description: 'The text was recognised in an image (OCR); some letters may be wrong.' },
    CUT: { description: 'The part is longer than what is read.' },
    LEFT_OUT: { description: 'The part has an unsupported format.' },
    CHARACTERS_REPLACED: { description: 'Some bytes are invalid in the encoding of the file and were replaced by U+FFFD.' },
  },
});

export const PageKindEnum: Record<PageKind, PageKind> = { PAGE: 'PAGE', SLIDE: 'SLIDE', SHEET: 'SHEET', CHAPTER: 'CHAPTER', PART: 'PART' };

registerEnumType(PageKindEnum, {
  name: 'PageKind',
  description: 'The kind of pages of a file format.',
  valuesConfig: {
    PAGE: { description: 'Printed pages.' },
    SLIDE: { description: 'Slides of a presentation.' },
    SHEET: { description: 'Sheets of a workbook.' },
    CHAPTER: { description: 'Chapters of a book whose pages depend on the screen.' },
    PART: { description: 'A message, followed by its attachments.' },
  },
});

@ObjectType('DocumentWarning', { description: 'Parts of a file that are missing from its text or may be wrong.' })
export class DocumentWarningType {
  @Field(() => DocumentWarningCodeEnum, { description: 'The reason.' })
  code!: WarningCode;

  @Field(() => String, { description: 'The message for people: which parts and why.' })
  message!: string;

  @Field(() => [Int], { description: 'The numbers of the pages, sheets or slides; empty for other parts or the whole file.' })
  pages!: number[];
}

@Directive('@key(fields: "id")')
@ObjectType('Document', { description: 'A file in a knowledge base, and the text that was read from it.' })
export class DocumentType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  knowledgeBaseId!: string;

  @Field(() => String, { description: 'The file name, without folders and invisible characters.' })
  name!: string;

  @Field(() => String, { description: 'The announced media type; after extraction, the detected one.' })
  mediaType!: string;

  @Field(() => Float, { description: 'The size of the file in bytes; before the upload, the announced size.' })
  sizeBytes!: number;

  @Field(() => String, { nullable: true, description: 'The SHA-256 of the file, hexadecimal; null before the upload.' })
  sha256!: string | null;

  @Field(() => DocumentStatusEnum, { description: 'Its status.' })
  status!: DocumentStatus;

  @Field(() => String, { nullable: true, description: 'The error message for people; null unless it failed.' })
  failure!: string | null;

  @Field(() => String, { nullable: true, description: 'The error code, such as `DOCUMENT_NO_TEXT`; null unless it failed.' })
  failureCode!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of its pages, see `pageKind`; null if the format has none, or before extraction.',
  })
  pageCount!: number | null;

  @Field(() => Int, { description: 'The number of searchable passages; 0 for a duplicate, whose original is searched instead.' })
  passageCount!: number;

  @Field(() => Int, { nullable: true, description: 'The length of its text in UTF-16 code units; null before extraction.' })
  characterCount!: number | null;

  @Field(() => [DocumentWarningType], { description: 'The parts that could not be read or may be wrong; empty if all was read.' })
  warnings!: DocumentWarningType[];

  duplicateOf!: string | null;

  @Field(() => DateTime, { description: 'When it was added.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When its status last changed.' })
  updatedAt!: Date;
}

@ObjectType('DocumentPage', {
  description: "A page of the extracted text. `start` is the offset of its first character in the document's text (UTF-16 code units).",
})
export class DocumentPageType {
  @Field(() => Int, { nullable: true, description: 'The page number, from 1; null if the format has no pages.' })
  number!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The display name, such as `Page 3`, `Slide 4` or `Sheet “Prices”`; null if `number` is.',
  })
  label!: string | null;

  @Field(() => Int, { description: "The start offset in the document's text." })
  start!: number;

  @Field(() => Int, { description: "The end offset in the document's text." })
  end!: number;

  @Field(() => String, { description: 'Its text, with headings, lists and tables marked as in Markdown.' })
  text!: string;
}

@ObjectType('DocumentEvent', { description: 'A document of the knowledge base changed.' })
export class DocumentEventType {
  @Field(() => ID, { description: 'The document that it is about.' })
  documentId!: string;

  @Field(() => DocumentStatusEnum, { nullable: true, description: 'The status at the time; null if it was deleted.' })
  status!: DocumentStatus | null;

  @Field(() => String, { description: 'The status at the time, or `DELETED`.' })
  stage!: string;

  @Field(() => Float, { nullable: true, description: 'Progress within the current status, 0 to 1; null if unknown.' })
  progress!: number | null;
}

export const DocumentConnection = connectionType('Document', DocumentType);
