import { mutate } from '#lib/graph/client.ts';
import { GraphFailure } from '#lib/graph/failure.ts';
import {
  CreateAssistantMutation,
  UpdateAssistantMutation,
  type AssistantEdited,
  type AssistantVersion,
  type PageAccess,
} from './operations.ts';

export interface AssistantValues {
  name: string;
  description: string;
  instructions: string;
  /** Empty: the default model at the time of each answer. */
  model: string;
  /** Null: the default of the model. */
  temperature: number | null;
  knowledgeBaseIds: string[];
  toolIds: string[];
  /** Web pages that its tool may open. */
  pageAccess: PageAccess;
  starters: string[];
}

export const LIMITS = { name: 100, description: 500, instructions: 20_000, starters: 8, starter: 200, knowledgeBases: 20 };
const BLANK: AssistantValues = {
  name: '',
  description: '',
  instructions: '',
  model: '',
  temperature: null,
  knowledgeBaseIds: [],
  toolIds: [],
  pageAccess: 'NAMED',
  starters: [],
};
const FIELDS = Object.keys(BLANK) as (keyof AssistantValues)[];

/** State of the assistant form: entered values, stored values and errors. */
export class AssistantForm {
  values = $state<AssistantValues>(structuredClone(BLANK));
  errors = $state<Partial<Record<keyof AssistantValues, string>>>({});
  /** Error that belongs to no single field. */
  failure = $state.raw<GraphFailure>();
  saving = $state(false);
  readonly id: string | undefined;
  #stored = $state.raw<AssistantValues>(BLANK);
  readonly changed = $derived(
    FIELDS.filter((field) => JSON.stringify(settled(this.values)[field]) !== JSON.stringify(this.#stored[field])),
  );
  readonly dirty = $derived(this.changed.length > 0);

  constructor(assistant?: AssistantEdited) {
    this.id = assistant?.id;
    if (assistant) this.#keep(assistant);
  }

  discard = (): void => {
    this.values = structuredClone(this.#stored);
    this.errors = {};
    this.failure = undefined;
  };

  /** Loads an older version into the form; nothing is stored until it is saved. */
  load = ({ name, instructions, modelId, temperature, knowledgeBaseIds, toolIds, pageAccess }: AssistantVersion): void => {
    Object.assign(this.values, {
      name,
      instructions,
      model: modelId ?? '',
      temperature,
      knowledgeBaseIds: [...knowledgeBaseIds],
      toolIds: [...toolIds],
      pageAccess,
    });
  };

  /** The id of the assistant, or undefined when it was not stored; then `errors` or `failure` say why. */
  async save(): Promise<string | undefined> {
    this.failure = undefined;
    this.errors = this.#check();
    if (this.saving || Object.keys(this.errors).length > 0) return undefined;
    this.saving = true;
    try {
      return await this.#store();
    } catch (error) {
      this.#explain(error);
      return undefined;
    } finally {
      this.saving = false;
    }
  }

  leave(field: keyof AssistantValues): void {
    this.errors = { ...this.errors, [field]: this.#check()[field] };
  }

  async #store(): Promise<string> {
    const values = settled(this.values);
    if (!this.id) {
      const { createAssistant } = await mutate(CreateAssistantMutation, { input: { ...values, model: values.model || null } });
      this.#stored = values;
      return createAssistant.assistant.id;
    }
    const given = Object.fromEntries(this.changed.map((field) => [field, field === 'model' ? values.model || null : values[field]]));
    const { updateAssistant } = await mutate(UpdateAssistantMutation, { input: { id: this.id, ...given } });
    this.#keep(updateAssistant.assistant);
    return this.id;
  }

  #keep({ name, description, instructions, modelId, temperature, knowledgeBaseIds, toolIds, pageAccess, starters }: AssistantEdited): void {
    this.#stored = {
      name,
      description,
      instructions,
      model: modelId ?? '',
      temperature,
      knowledgeBaseIds,
      toolIds,
      pageAccess,
      starters,
    };
    this.values = structuredClone(this.#stored);
  }

  #check(): Partial<Record<keyof AssistantValues, string>> {
    const { name, instructions, description, starters } = settled(this.values);
    const errors: Partial<Record<keyof AssistantValues, string>> = {};
    if (!name) errors.name = 'Enter a name.';
    if (name.length > LIMITS.name) errors.name = tooLong(name, LIMITS.name);
    if (description.length > LIMITS.description) errors.description = tooLong(description, LIMITS.description);
    if (instructions.length > LIMITS.instructions) errors.instructions = tooLong(instructions, LIMITS.instructions);
    if (starters.some((starter) => starter.length > LIMITS.starter))
      errors.starters = `A starter has at most ${LIMITS.starter} characters.`;
    return errors;
  }

  #explain(error: unknown): void {
    if (!(error instanceof GraphFailure)) throw error;
    const field = FIELDS.find((one) => one === error.field);
    if (field) this.errors = { [field]: error.message };
    else this.failure = error;
  }
}

function settled(values: AssistantValues): AssistantValues {
  return {
    ...$state.snapshot(values),
    name: values.name.trim(),
    description: values.description.trim(),
    instructions: values.instructions.trim(),
    starters: values.starters.map((starter) => starter.trim()).filter(Boolean),
  };
}

function tooLong(text: string, limit: number): string {
  return `${text.length.toLocaleString()} characters; ${limit.toLocaleString()} are allowed.`;
}
