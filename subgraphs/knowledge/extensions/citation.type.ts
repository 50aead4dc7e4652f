import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The fields that knowledge adds to a citation, which it identifies by the cited passage and document. */
@Directive('@key(fields: "documentId passageId")')
@ObjectType('Citation', { description: 'The source of a statement. Document, page and span remain when the document is deleted.' })
export class CitationKnowledge {
  @Field(() => ID, { description: 'The id of the document; remains when the document is deleted.' })
  documentId!: string;

  @Field(() => ID, { description: 'The id of the passage; remains when the passage is deleted.' })
  passageId!: string;
}
