import { readStored, store } from '#lib/browser/account-storage.ts';
import { graphql, type ResultOf } from '#lib/graph/gql.ts';

const ChoicePartsFragment = graphql(`
  fragment ChoiceParts on Assistant {
    id
    name
    description
    starters
    modelId
    isDefault
  }
`);

export const AssistantChoicesQuery = graphql(
  `
    query AssistantChoices {
      assistants(first: 100) {
        edges {
          node {
            ...ChoiceParts
          }
        }
      }
    }
  `,
  [ChoicePartsFragment],
);

/** For a person who has no assistant: the default one, which is made when it is asked for. */
export const DefaultAssistantQuery = graphql(
  `
    query DefaultAssistant {
      defaultAssistant {
        ...ChoiceParts
      }
    }
  `,
  [ChoicePartsFragment],
);

/** The one that the address names, where it is not among the listed ones. */
export const AssistantAskedQuery = graphql(
  `
    query AssistantAsked($id: ID!) {
      assistant(id: $id) {
        ...ChoiceParts
      }
    }
  `,
  [ChoicePartsFragment],
);

export const LanguageModelsQuery = graphql(`
  query LanguageModels {
    models {
      id
      name
      isLanguageModel
      isDefault
    }
  }
`);

export type Choice = ResultOf<typeof ChoicePartsFragment>;

const STORAGE_KEY = 'assistant';

/** Which assistant a new chat begins with: the one that the address names, else the last one, else the first. */
export class AssistantChoice {
  #chosen = $state<string | null>(readStored(STORAGE_KEY));
  #choices: () => readonly Choice[];
  #asked: () => string | null;
  readonly current = $derived.by(() => {
    const choices = this.#choices();
    const find = (id: string | null) => choices.find((choice) => choice.id === id);
    return find(this.#asked()) ?? find(this.#chosen) ?? choices[0];
  });

  constructor(choices: () => readonly Choice[], asked: () => string | null) {
    this.#choices = choices;
    this.#asked = asked;
  }

  choose(id: string): void {
    this.#chosen = id;
    store(STORAGE_KEY, id);
  }
}
