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

/** The default assistant of a person without assistants; created when it is first requested. */
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

/** The assistant in the address, if it is not in the loaded list. */
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

/** Selects the assistant of a new chat: the one in the address, else the last used, else the first. */
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
