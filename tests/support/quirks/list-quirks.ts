import { embedWords } from '../model-script.ts';
import { JSON_TYPE, refusal, type QuirkReply } from './quirk.ts';

const DIMENSIONS = 64;

/** Returns a list of models in the format that `mode` names. */
export function modelsReply(mode: string): QuirkReply {
  if (mode === 'models-404') return refusal(404, { error: { message: 'not found' } });
  if (mode === 'models-html') return { raw: '<html>', headers: { 'content-type': 'text/html' } };
  if (mode === 'models-array') return json([{ id: 'quirk' }, { id: 'other' }]);
  if (mode === 'models-ollama') return json({ models: [{ name: 'quirk:latest', model: 'quirk:latest' }] });
  if (mode === 'models-null') return json({ object: 'list', data: null });
  if (mode === 'models-odd')
    return json({
      data: [{ id: 'quirk' }, { id: 'quirk' }, { id: null }, {}, { id: 'attsolver' }, { id: 'gpt-image-1' }, { id: 'ministral-sorabot' }],
    });
  return json({ object: 'list', data: [{ id: 'quirk' }, { id: 'other' }] });
}

/** Returns vectors in the format, or within the limit, that `mode` names. */
export function embeddingReply(mode: string, body: Record<string, any>): QuirkReply {
  const inputs = [body['input'] ?? []].flat() as string[];
  const made = inputs.map((text) => embedWords(String(text), DIMENSIONS));
  const data = made.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  const list = (items: unknown[]) => json({ object: 'list', data: items });
  switch (mode) {
    case 'e-base64':
      return list(data.map((one) => ({ ...one, embedding: Buffer.from(Float32Array.from(one.embedding).buffer).toString('base64') })));
    case 'e-index0':
      return list(data.map((one) => ({ ...one, index: 0 })));
    case 'e-noindex':
      return list(data.map(({ embedding }) => ({ embedding })));
    case 'e-reversed':
      return list(data.toReversed());
    case 'e-nested':
      return list(data.map((one) => ({ ...one, embedding: [one.embedding] })));
    case 'e-strings':
      return list(data.map((one) => ({ ...one, embedding: one.embedding.map(String) })));
    case 'e-llamacpp':
      return json(data.map(({ index, embedding }) => ({ index, embedding: [embedding] })));
    case 'e-tei':
      return json(made);
    case 'e-ollama':
      return json({ embeddings: made });
    case 'e-cohere':
      return json({ embeddings: { float: made } });
    case 'e-text-plain':
      return { raw: JSON.stringify({ data }), headers: { 'content-type': 'text/plain' } };
    case 'e-batch10':
      return inputs.length > 10
        ? refusal(400, {
            error: { message: 'batch size is invalid, it should not be larger than 10.: input.contents', type: 'InvalidParameter' },
          })
        : list(data);
    case 'e-batch1':
      return Array.isArray(body['input']) ? refusal(400, { error: { message: 'input must be a string' } }) : list(data);
    case 'e-batch-413':
      return inputs.length > 4
        ? refusal(413, { error: `batch size ${inputs.length} > maximum allowed batch size 4`, error_type: 'Validation' })
        : list(data);
    case 'e-batch-422':
      return inputs.length > 4
        ? refusal(422, { detail: [{ loc: ['body', 'input'], msg: 'List should have at most 4 items' }] })
        : list(data);
    case 'e-too-long':
      return inputs.some((text) => text.length > 600)
        ? refusal(400, { error: { message: "This model's maximum context length is 512 tokens" } })
        : list(data);
    case 'e-too-large-500':
      return inputs.some((text) => text.length > 600)
        ? refusal(500, { error: { code: 500, message: 'input is too large to process. increase the physical batch size' } })
        : list(data);
    case 'e-no-encoding':
      return 'encoding_format' in body ? refusal(400, { error: { message: "Unknown parameter: 'encoding_format'" } }) : list(data);
    case 'e-never':
      return refusal(400, { error: { message: 'This deployment makes no embeddings' } });
    case 'e-no-model':
      return refusal(404, { error: { message: 'The model `e` does not exist', code: 'model_not_found' } });
    case 'e-nan':
      return list(data.map((one) => ({ ...one, embedding: one.embedding.map(() => null) })));
    default:
      return list(data);
  }
}

function json(value: unknown): QuirkReply {
  return { raw: JSON.stringify(value), headers: JSON_TYPE };
}
