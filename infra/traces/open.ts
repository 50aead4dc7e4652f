import type { OtlpValues } from './otlp.ts';
import { NoTraces } from './off.ts';
import type { Traces } from './traces.ts';

/** Loads OpenTelemetry only if a collector is configured. */
export async function openTraces({
  endpoint,
  ...values
}: Omit<OtlpValues, 'endpoint'> & { endpoint: string | undefined }): Promise<Traces> {
  if (!endpoint) return new NoTraces();
  const { OtlpTraces } = await import('./otlp.ts');
  return new OtlpTraces({ endpoint, ...values });
}
