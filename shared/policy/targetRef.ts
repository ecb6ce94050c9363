import { z } from 'zod';
import type { ClientMatch } from './rules.ts';

/** Kinds of a targetRef, least specific first: a place in this list is a kind's rank, as in Kuma's `api/common/v1alpha1/ref.go`. */
export const KINDS = [
  'Mesh',
  'Dataplane',
  'MeshSubset',
  'MeshGateway',
  'MeshService',
  'MeshExternalService',
  'MeshMultiZoneService',
  'MeshServiceSubset',
  'MeshHTTPRoute',
] as const;

export type Kind = (typeof KINDS)[number];

/** In the order in which Kuma's schemas name them. */
const LISTED = [...KINDS.filter((kind) => kind !== 'Dataplane'), 'Dataplane'] as const;

/** What all top-level targetRefs of tag-based meshes may be. */
export const PROXY_KINDS: readonly Kind[] = ['Mesh', 'MeshSubset', 'MeshService', 'MeshServiceSubset', 'Dataplane'];

export interface TargetRef {
  readonly kind: Kind;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly sectionName?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly proxyTypes?: readonly ('Sidecar' | 'Gateway')[] | undefined;
  /** Reserved in Kuma, always refused. */
  readonly mesh?: string | undefined;
}

const texts = z.record(z.string(), z.string());

/** A targetRef as written. What a policy allows in it is said by `targetRefViolations`. */
export const targetRef = z.object({
  kind: z.enum(LISTED),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labels: texts.optional(),
  sectionName: z.string().optional(),
  tags: texts.optional(),
  proxyTypes: z
    .array(z.enum(['Sidecar', 'Gateway']))
    .min(1)
    .optional(),
  mesh: z.string().optional(),
});

/** `rules[].matches[]` as written. */
export const clientMatch = z
  .object({
    spiffeID: z.object({ type: z.enum(['Exact', 'Prefix']), value: z.string() }).optional(),
    sni: z.object({ type: z.enum(['Exact']), value: z.string() }).optional(),
  })
  .transform(({ spiffeID, sni }): ClientMatch => ({ ...(spiffeID && { spiffeID }), ...(sni && { sni }) }));

/** An omitted top-level targetRef means the whole mesh. */
export const WHOLE_MESH: TargetRef = { kind: 'Mesh' };

/** How specific a kind is; a greater rank overrides a lesser one. */
export function rank(kind: Kind): number {
  return KINDS.indexOf(kind);
}
