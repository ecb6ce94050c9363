import { z } from 'zod';
import { targetRef } from '../targetRef.ts';

const texts = z.record(z.string(), z.string());
const jsonPatch = z.object({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy']),
  path: z.string(),
  from: z.string().optional(),
  value: z.unknown().optional(),
});
const change = { value: z.string().optional(), jsonPatches: z.array(jsonPatch).optional() };
const whole = z.enum(['Add', 'Remove', 'Patch']);
const placed = z.enum(['Remove', 'Patch', 'AddFirst', 'AddBefore', 'AddAfter', 'AddLast']);
const filterMatch = z
  .object({
    origin: z.string().optional(),
    name: z.string().optional(),
    listenerName: z.string().optional(),
    listenerTags: texts.optional(),
  })
  .optional();

const modification = z.object({
  cluster: z
    .object({
      operation: whole,
      match: z.object({ origin: z.string().optional(), name: z.string().optional() }).optional(),
      ...change,
    })
    .optional(),
  listener: z
    .object({
      operation: whole,
      match: z
        .object({ origin: z.string().optional(), name: z.string().optional(), tags: texts.optional() })
        .optional(),
      ...change,
    })
    .optional(),
  networkFilter: z.object({ operation: placed, match: filterMatch, ...change }).optional(),
  httpFilter: z.object({ operation: placed, match: filterMatch, ...change }).optional(),
  virtualHost: z
    .object({
      operation: whole,
      match: z
        .object({
          origin: z.string().optional(),
          name: z.string().optional(),
          routeConfigurationName: z.string().optional(),
        })
        .optional(),
      ...change,
    })
    .optional(),
});

/** Envoy configuration by hand, applied after everything else. */
export const meshProxyPatchSchema = z.object({
  targetRef: targetRef.optional(),
  default: z.object({ appendModifications: z.array(modification) }),
});

export type MeshProxyPatchSpec = z.infer<typeof meshProxyPatchSchema>;
export type MeshProxyPatchConf = MeshProxyPatchSpec['default'];
export type Modification = z.infer<typeof modification>;
export type Part = keyof Modification;
export type FilterModification = NonNullable<Modification['networkFilter']>;
export type JsonPatch = z.infer<typeof jsonPatch>;

/** What a modification is about: exactly one part is there in a valid one. */
export function partOf(modification: Modification): Part | undefined {
  return (Object.keys(modification) as Part[]).find((part) => modification[part] !== undefined);
}
