import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType('Model', { description: 'A model that answers at the configured endpoint.' })
export class ModelType {
  @Field(() => ID, { description: 'The name under which the endpoint knows it.' })
  id!: string;

  @Field(() => String, { description: 'A name fit for a person.' })
  name!: string;

  @Field(() => String, { description: 'Who runs it.' })
  provider!: string;

  @Field(() => Boolean, { description: 'False for the built-in provider, which quotes passages and is no language model.' })
  isLanguageModel!: boolean;

  @Field(() => Boolean, { description: 'True when it can call tools.' })
  supportsTools!: boolean;

  @Field(() => Boolean, { description: 'True for the one that answers when an assistant names none.' })
  isDefault!: boolean;
}
