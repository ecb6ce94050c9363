import { canonicalJson } from '../resource/json.ts';
import { sha256Hex } from '../xds/sha256.ts';
import type { PolicySpec } from './policySpec.ts';

/** Names a set of matches, whatever their order: rules of equal matches are one rule. */
export function matchesKey(matches: readonly unknown[]): string {
  return matches.map(canonicalJson).sort().join('|');
}

/** Name of the Envoy routes of a MeshHTTPRoute's rule: a hash of its matches. */
export function routeName(matches: readonly unknown[]): string {
  return sha256Hex(matchesKey(matches)).slice(0, 16);
}

/** One Envoy route among those of all services: other policies that refer to a MeshHTTPRoute find what it made by this. */
export function routeId(service: string, name: string): string {
  return `${service}/${name}`;
}

/** Ids of the routes that the spec of a MeshHTTPRoute makes. */
export function routeIds(spec: PolicySpec): string[] {
  return (spec.to ?? []).flatMap(({ targetRef, rules = [] }) => {
    const service = targetRef.kind === 'MeshService' && !targetRef.sectionName ? targetRef.name : undefined;
    return service ? rules.map(({ matches }) => routeId(service, routeName(matches))) : [];
  });
}
