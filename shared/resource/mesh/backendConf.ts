import type { z } from 'zod';
import { malformed } from '../malformed.ts';
import { camelCase } from '../protoJson.ts';
import { kumaMessage } from '../violationsOf.ts';

/** `conf` of a backend, or why it cannot be read, in the words of Go's parser. */
type ParsedConf<T> = { readonly conf: T } | { readonly fault: string };

/** To Kuma the `conf` of a backend is any JSON, which is read only when the type of the backend is known; what does not fit is a violation. */
export function parseConf<T>(schema: z.ZodType<T>, given: unknown): ParsedConf<T> {
  const parsed = schema.safeParse(given ?? {}, { error: kumaMessage, reportInput: true });
  if (parsed.success) return { conf: parsed.data };
  const { issues } = parsed.error;
  return { fault: malformed(issues, 'flat') ?? issues[0]?.message ?? '' };
}

/** Tells of every field of a `conf` that the type of its backend does not have. @param field path of the `conf` */
export function confWarnings(
  given: object | undefined,
  type: string,
  known: readonly string[],
  field: string,
): string[] {
  return Object.keys(given ?? {})
    .filter((name) => !known.includes(camelCase(name)))
    .map((name) => `${field}.${name}: has no effect, ${type} has ${known.join(', ')}`);
}
