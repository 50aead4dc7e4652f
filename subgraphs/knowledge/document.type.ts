import { Directive, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { DateTime } from '../scalars.ts';
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
  description: 'Why a part of a file is missing from its text, or may be wrong there.',
  valuesConfig: {
    UNREADABLE: { description: 'The part is damaged.' },
    UNDECODABLE: { description: 'Its fonts or its encoding do not say which characters it holds.' },
    NO_TEXT: { description: 'The part is a picture.' },
    FROM_PICTURE: { description: 'The text was recognised in a picture; some letters may be wrong.' },
    CUT: { description: 'The part is longer than what is read.' },
    LEFT_OUT: { description: 'The part is of a kind that is not read.' },
    CHARACTERS_REPLACED: { description: 'Some bytes are no characters in the encoding of the file; U+FFFD stands in their place.' },
  },
});

export const PageKindEnum: Record<PageKind, PageKind> = { PAGE: 'PAGE', SLIDE: 'SLIDE', SHEET: 'SHEET', CHAPTER: 'CHAPTER', PART: 'PART' };

registerEnumType(PageKindEnum, {
  name: 'PageKind',
  description: 'What the pages of a kind of file are.',
  valuesConfig: {
    PAGE: { description: 'Pages as they are printed.' },
    SLIDE: { description: 'Slides of a presentation.' },
    SHEET: { description: 'Sheets of a workbook.' },
    CHAPTER: { description: 'Chapters of a book whose pages depend on the screen.' },
    PART: { description: 'A message, and after it each of its attachments.' },
  },
});

@ObjectType('DocumentWarning', { description: 'Parts of a file that are missing from its text, or may be wrong there.' })
export class DocumentWarningType {
  @Field(() => DocumentWarningCodeEnum, { description: 'Why.' })
  code!: WarningCode;

  @Field(() => String, { description: 'Which parts and why, fit for a person.' })
  message!: string;

  @Field(() => [Int], { description: 'The numbers of the pages, sheets or slides; empty when other parts are meant, or the whole file.' })
  pages!: number[];
}

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

  @Field(() => Int, {
    nullable: true,
    description: 'The number of its pages, of the kind that `pageKind` says; null where the kind of file has none, or before it was read.',
  })
  pageCount!: number | null;

  @Field(() => Int, { description: 'The number of passages that can be found; 0 for a duplicate, whose original is searched instead.' })
  passageCount!: number;

  @Field(() => Int, { nullable: true, description: 'The length of its text in UTF-16 code units; null before it was read.' })
  characterCount!: number | null;

  @Field(() => [DocumentWarningType], { description: 'Which parts of it could not be read, or may be wrong; empty when all was read.' })
  warnings!: DocumentWarningType[];

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

  @Field(() => String, {
    nullable: true,
    description: 'The page as a person names it, such as `Page 3`, `Slide 4` or `Sheet “Prices”`; null where `number` is.',
  })
  label!: string | null;

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
