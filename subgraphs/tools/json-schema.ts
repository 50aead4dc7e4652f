import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** The subset of JSON Schema that tools may use. */
export interface JsonSchema {
  type: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: false;
  items?: JsonSchema;
  enum?: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** The keywords of `JsonSchema`. Others are refused: references, and those whose cost depends on the value, as `pattern`. */
const KEYWORDS = 'type description properties required additionalProperties items enum minimum maximum'.split(' ');
const MAX_CHARACTERS = 20_000;

const metaSchema = new Ajv();
const ajv = makeAjv();
/** Compiling takes milliseconds; the schemas of tools are constants. */
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** Validates a value and returns the first error, worded for a model; null if it is valid. Throws if the schema is refused. */
export function misfit(value: unknown, schema: JsonSchema): string | null {
  let fits = compiled.get(schema);
  if (!fits) compiled.set(schema, (fits = compile(schema)));
  return fits(value) ? null : wording(fits.errors![0]!);
}

function compile(schema: JsonSchema): ValidateFunction {
  if (JSON.stringify(schema).length > MAX_CHARACTERS) throw new Error(`A schema of a tool has at most ${MAX_CHARACTERS} characters.`);
  void metaSchema.validateSchema(schema, true);
  const fits = ajv.compile(schema);
  ajv.removeSchema(schema);
  return fits;
}

function makeAjv(): Ajv {
  const made = new Ajv({ strict: true, meta: false, validateSchema: false, addUsedSchema: false, ownProperties: true, verbose: true });
  for (const keyword of Object.keys(made.RULES.keywords)) if (!KEYWORDS.includes(keyword)) made.removeKeyword(keyword);
  const length = { type: 'string', schemaType: 'number', errors: false } as const;
  // A blank string counts as empty, which the standard keyword would let in.
  made.addKeyword({ ...length, keyword: 'minLength', validate: (limit: number, text: string) => text.trim().length >= limit });
  // The standard keyword counts code points; limits of this product are in UTF-16 units.
  made.addKeyword({ ...length, keyword: 'maxLength', validate: (limit: number, text: string) => text.length <= limit });
  return made;
}

function wording({ keyword, params, parentSchema, data, instancePath }: ErrorObject<string, Record<string, unknown>>): string {
  const name = nameOf(instancePath);
  const { type, properties = {}, enum: choices = [], maxLength, minimum = -Infinity, maximum = Infinity } = parentSchema as JsonSchema;
  switch (keyword) {
    case 'type':
      return `${name} must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}.`;
    case 'required':
      return `${name} must have "${String(params['missingProperty'])}".`;
    case 'additionalProperties':
      return `${name} must not have "${String(params['additionalProperty']).slice(0, 50)}". Known: ${Object.keys(properties).join(', ')}.`;
    case 'enum':
      return `${name} must be one of ${choices.join(', ')}.`;
    case 'minLength':
      return `${name} must not be empty.`;
    case 'maxLength':
      return `${name} has ${String(data).length} characters; ${maxLength} are allowed.`;
    default:
      return `${name} must be between ${minimum} and ${maximum}.`;
  }
}

/** Names a place of the arguments: the nearest property, and the indices below it. */
function nameOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return parts.reduce((name, part) => (/^\d+$/.test(part) ? `${name}[${part}]` : `"${part}"`), 'The arguments');
}
