import { z } from 'zod';
import { encodeToken } from './subject.ts';

/** A question goes to one zone control plane, on `cp.ask.<zone>.<instance>`; the answer comes below `cp.answer.<zone>`. */
const ASK_PREFIX = 'cp.ask';
export const ANSWER_PREFIX = 'cp.answer';

/** Header of an answer that says why there is none. Without it the body is the answer, gzipped. */
export const ASK_ERROR = 'Cp-Error';

/** Where one zone control plane takes questions. */
export function askSubject(zone: string, instance: string): string {
  return `${ASK_PREFIX}.${encodeToken(zone)}.${encodeToken(instance)}`;
}

/** What global asks of a proxy's Envoy, through the zone control plane that holds the proxy's stream. */
export const askSchema = z.object({
  what: z.enum(['xds', 'stats', 'clusters']),
  proxy: z.object({ type: z.string(), mesh: z.string(), name: z.string() }),
  includeEds: z.boolean().default(false),
  json: z.boolean().default(false),
  usedOnly: z.boolean().default(true),
});
export type Ask = z.infer<typeof askSchema>;
