/** The subset of JSON Schema that the built-in tools need. The schemas are trusted. */
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

/** Validates a value and returns the first error, worded for a model; null if it is valid. */
export function misfit(value: unknown, schema: JsonSchema, name = 'The arguments'): string | null {
  if (!isOfType(value, schema.type)) return `${name} must be ${article(schema.type)}.`;
  if (schema.type === 'object') return misfitOfObject(value as Record<string, unknown>, schema, name);
  if (schema.type === 'array')
    return firstOf((value as unknown[]).map((item, index) => misfit(item, schema.items ?? { type: 'string' }, `${name}[${index}]`)));
  if (schema.type === 'string') return misfitOfString(value as string, schema, name);
  return misfitOfNumber(value as number, schema, name);
}

function misfitOfObject(value: Record<string, unknown>, schema: JsonSchema, name: string): string | null {
  const properties = schema.properties ?? {};
  const missing = schema.required?.find((key) => value[key] === undefined);
  if (missing) return `${name} must have "${missing}".`;
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(properties, key));
  if (unknown && schema.additionalProperties === false)
    return `${name} must not have "${unknown.slice(0, 50)}". Known: ${Object.keys(properties).join(', ')}.`;
  return firstOf(
    Object.entries(properties).map(([key, property]) => (value[key] === undefined ? null : misfit(value[key], property, `"${key}"`))),
  );
}

function misfitOfString(value: string, { enum: choices, minLength = 0, maxLength = Infinity }: JsonSchema, name: string): string | null {
  if (choices && !choices.includes(value)) return `${name} must be one of ${choices.join(', ')}.`;
  if (value.trim().length < minLength) return `${name} must not be empty.`;
  return value.length > maxLength ? `${name} has ${value.length} characters; ${maxLength} are allowed.` : null;
}

function misfitOfNumber(value: number, { minimum = -Infinity, maximum = Infinity }: JsonSchema, name: string): string | null {
  return value < minimum || value > maximum ? `${name} must be between ${minimum} and ${maximum}.` : null;
}

function isOfType(value: unknown, type: JsonSchema['type']): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === type;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function firstOf(faults: (string | null)[]): string | null {
  return faults.find((fault) => fault !== null) ?? null;
}
