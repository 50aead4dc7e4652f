import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** What knowledge adds to a citation, which it knows by what is cited. */
@Directive('@key(fields: "documentId passageId")')
@ObjectType('Citation', { description: "A sentence's source. Document, page and span stay when the document is deleted." })
export class CitationKnowledge {
  @Field(() => ID, { description: 'The id of the document; it stays when the document is deleted.' })
  documentId!: string;

  @Field(() => ID, { description: 'The id of the passage; it stays when the passage is deleted.' })
  passageId!: string;
}
