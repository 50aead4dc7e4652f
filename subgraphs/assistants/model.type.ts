import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType('Model', { description: 'A model that answers at the configured endpoint.' })
export class ModelType {
  @Field(() => ID, { description: 'The name of the model at the endpoint.' })
  id!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;

  @Field(() => String, { description: 'The provider of the model.' })
  provider!: string;

  @Field(() => Boolean, { description: 'False for the built-in provider, which quotes passages and is not a language model.' })
  isLanguageModel!: boolean;

  @Field(() => Boolean, { description: 'True when it can call tools.' })
  supportsTools!: boolean;

  @Field(() => Boolean, { description: 'True for the model of assistants that have none configured.' })
  isDefault!: boolean;
}
