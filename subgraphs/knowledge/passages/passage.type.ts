import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum SearchMode {
  HYBRID = 'HYBRID',
  VECTOR = 'VECTOR',
  KEYWORD = 'KEYWORD',
}

registerEnumType(SearchMode, {
  name: 'SearchMode',
  description: 'The search mode.',
  valuesConfig: {
    HYBRID: { description: 'Both, combined by reciprocal rank fusion.' },
    VECTOR: { description: 'Vector similarity only.' },
    KEYWORD: { description: 'Full text only.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Passage', {
  description:
    "A piece of a document. `start` and `end` are offsets in the document's text (UTF-16 code units); `text` is the text between them.",
})
export class PassageType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  documentId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of its page, slide, sheet, chapter or part; null if the format has none.',
  })
  page!: number | null;

  pageLabel!: string | null;

  @Field(() => Int, { description: "The start offset in the document's text." })
  start!: number;

  @Field(() => Int, { description: "The end offset in the document's text." })
  end!: number;

  @Field(() => String, { description: 'Its text.' })
  text!: string;
}

@Directive('@shareable')
@ObjectType({ description: 'A span of a text, in UTF-16 code units.' })
export class TextMark {
  @Field(() => Int, { description: 'The start offset.' })
  start!: number;

  @Field(() => Int, { description: 'The end offset.' })
  end!: number;
}

@ObjectType({ description: 'A passage that was found. Ranks are from 1 and null where that way did not find the passage.' })
export class SearchHit {
  @Field(() => PassageType, { description: 'The passage.' })
  passage!: PassageType;

  @Field(() => Float, { description: 'Orders the hits of one search; not comparable between searches.' })
  score!: number;

  @Field(() => Int, { nullable: true, description: 'Its rank by words.' })
  keywordRank!: number | null;

  @Field(() => Float, { nullable: true, description: 'Its score by words (BM25).' })
  keywordScore!: number | null;

  @Field(() => Int, { nullable: true, description: 'Its rank by vectors.' })
  vectorRank!: number | null;

  @Field(() => Float, { nullable: true, description: 'Its score by vectors (cosine similarity).' })
  vectorScore!: number | null;

  @Field(() => [TextMark], { description: "Spans of the passage's text that match words of the query." })
  marks!: TextMark[];
}

@InputType({ description: 'The query and where to search.' })
export class SearchKnowledgeInput {
  @Field(() => String, { description: 'A question or keywords, at most 1,000 characters.' })
  query!: string;

  @Field(() => [ID], { nullable: true, description: 'Some of your knowledge bases; if absent, all.' })
  knowledgeBaseIds?: string[] | null;

  @Field(() => SearchMode, { nullable: true, defaultValue: SearchMode.HYBRID, description: 'The search mode.' })
  mode?: SearchMode | null;

  @Field(() => Int, { nullable: true, defaultValue: 10, description: 'How many at most, 1 to 100.' })
  first?: number | null;
}
