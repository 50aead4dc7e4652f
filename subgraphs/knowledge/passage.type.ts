import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum SearchMode {
  HYBRID = 'HYBRID',
  VECTOR = 'VECTOR',
  KEYWORD = 'KEYWORD',
}

registerEnumType(SearchMode, {
  name: 'SearchMode',
  description: 'How passages are found.',
  valuesConfig: {
    HYBRID: { description: 'By both ways, joined by their ranks.' },
    VECTOR: { description: 'By similarity of vectors alone.' },
    KEYWORD: { description: 'By words alone.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Passage', {
  description:
    "A piece of a document. `start` and `end` are offsets in the document's text (UTF-16 code units), and `text` is exactly what stands between them.",
})
export class PassageType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  documentId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of the page, slide, sheet, chapter or part on which it stands; null where the kind of file has none.',
  })
  page!: number | null;

  pageLabel!: string | null;

  @Field(() => Int, { description: "Where it begins in the document's text." })
  start!: number;

  @Field(() => Int, { description: "Where it ends in the document's text." })
  end!: number;

  @Field(() => String, { description: 'Its text.' })
  text!: string;
}

@Directive('@shareable')
@ObjectType({ description: 'A span of a text, in UTF-16 code units.' })
export class TextMark {
  @Field(() => Int, { description: 'Where it begins.' })
  start!: number;

  @Field(() => Int, { description: 'Where it ends.' })
  end!: number;
}

@ObjectType({ description: 'A passage that was found. Ranks are from 1 and null where that way did not find the passage.' })
export class SearchHit {
  @Field(() => PassageType, { description: 'The passage.' })
  passage!: PassageType;

  @Field(() => Float, { description: 'Orders the hits of one search; it means nothing outside of it.' })
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

@InputType({ description: 'What to look for, and where.' })
export class SearchKnowledgeInput {
  @Field(() => String, { description: 'A question or some words, at most 1,000 characters.' })
  query!: string;

  @Field(() => [ID], { nullable: true, description: 'Knowledge bases of yours; absent: all of them.' })
  knowledgeBaseIds?: string[] | null;

  @Field(() => SearchMode, { nullable: true, defaultValue: SearchMode.HYBRID, description: 'How passages are found.' })
  mode?: SearchMode | null;

  @Field(() => Int, { nullable: true, defaultValue: 10, description: 'How many at most, 1 to 100.' })
  first?: number | null;
}
