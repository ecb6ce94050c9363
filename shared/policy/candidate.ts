import { displayName } from '../resource/hashedName.ts';
import { canonicalJson } from '../resource/json.ts';
import { ORIGIN_LABEL, ROLE_LABEL, ZONE_LABEL } from '../resource/labels.ts';
import type { Origin, Resource } from '../resource/resource.ts';
import { sha256Hex } from '../xds/sha256.ts';
import type { PolicySpec } from './policySpec.ts';

export const NAMESPACE_LABEL = 'k8s.kuma.io/namespace';
/** Value `shadow`: no proxy sees the policy, inspect does when asked to. */
export const EFFECT_LABEL = 'kuma.io/effect';
export const SHADOW = 'shadow';

/** In ascending priority, as in Kuma's `pkg/plugins/policies/core/rules/sort/sort.go`. */
const ROLES = ['system', 'producer', 'consumer', 'workload-owner'] as const;

/** A policy that may match, with what matching and sorting ask of it. */
export interface Candidate {
  readonly resource: Resource<PolicySpec>;
  readonly origin: Origin;
  /** Names the policy and its content. */
  readonly id: string;
  readonly name: string;
  readonly role: (typeof ROLES)[number];
  readonly roleRank: number;
  /** Zone it was written in; `''`: global. */
  readonly zone: string;
  readonly namespace: string;
  /** Shown by inspect only, invisible to proxies. */
  readonly isShadow: boolean;
}

const ids = new WeakMap<Resource, string>();

/** @param origin whose log it is from */
export function candidateOf(resource: Resource<PolicySpec>, origin: Origin): Candidate {
  const { labels } = resource;
  const roleRank = Math.max(0, (ROLES as readonly (string | undefined)[]).indexOf(labels[ROLE_LABEL]));
  return {
    resource,
    origin,
    id: `${origin}/${resource.name}@${contentHash(resource)}`,
    name: displayName(resource),
    role: ROLES[roleRank] ?? 'system',
    roleRank,
    zone: origin || (labels[ORIGIN_LABEL] === 'zone' ? (labels[ZONE_LABEL] ?? '') : ''),
    namespace: labels[NAMESPACE_LABEL] ?? '',
    isShadow: labels[EFFECT_LABEL] === SHADOW,
  };
}

/** Content rather than version, so that an id means the same in every view, a dry run's too. */
function contentHash(resource: Resource): string {
  let id = ids.get(resource);
  if (id === undefined) ids.set(resource, (id = sha256Hex(canonicalJson(resource)).slice(0, 16)));
  return id;
}
