import type { PolicySpec } from './policySpec.ts';
import type { Kind } from './targetRef.ts';

/** Top-level kinds that go away with Kuma 3.0, and what takes their place, in Kuma's words. */
const DEPRECATED: Partial<Record<Kind, string>> = {
  MeshSubset: "use Dataplane with 'labels' instead",
  MeshService: "use MeshSubset with 'kuma.io/service' tag instead",
  MeshServiceSubset: "use Dataplane with 'labels' instead",
  MeshHTTPRoute: "use 'to[].targetRef' with kind MeshHTTPRoute instead",
};

/** Warnings of a policy whose top-level targetRef is of a kind that is on its way out. */
export function topLevelDeprecations({ targetRef }: PolicySpec): string[] {
  const instead = targetRef && DEPRECATED[targetRef.kind];
  return instead ? [`${targetRef.kind} value for 'targetRef.kind' is deprecated, ${instead}`] : [];
}

/** Warnings of a policy whose `rules` say all that its `from` can say. */
export function deprecations(spec: PolicySpec): string[] {
  const from = spec.from?.length ? ["'from' field is deprecated, use 'rules' instead"] : [];
  return [...from, ...topLevelDeprecations(spec)];
}
