import type { Resource, ResourceKey } from '../resource/resource.ts';

/** A resource that a rule is about, as inspect shows it. */
export interface RuleSubject extends ResourceKey {
  readonly labels: Readonly<Record<string, string>>;
}

/** Where a merged conf comes from: shown by inspect (`_rules`, `policies`). */
export interface RuleOrigin extends RuleSubject {
  readonly ruleIndex: number;
}

export interface Rule<Conf> {
  readonly conf: Conf;
  readonly origins: readonly RuleOrigin[];
}

/** The `to` side of one policy type for one proxy: asks for the merged conf by destination. */
export interface ToRules<Conf> {
  /** Names the set of matched policies and their versions; equal ids mean equal answers. Empty when none matched. */
  readonly id: string;
  /** Merged conf for a `kuma.io/service` destination; `undefined` when no entry covers it. */
  forService(service: string): Rule<Conf> | undefined;
  /**
   * Merged conf for a route that a MeshHTTPRoute made, by the Envoy route's name (`routeName`): entries that refer to the
   * MeshHTTPRoute, and policies that target it, lie over the service's. Without any it is what `forService` gives.
   */
  forRoute(service: string, routeName: string): Rule<Conf> | undefined;
}

/** `rules[].matches[]`: which clients an inbound rule is about. */
export interface ClientMatch {
  readonly spiffeID?: { readonly type: 'Exact' | 'Prefix'; readonly value: string };
  readonly sni?: { readonly type: 'Exact'; readonly value: string };
}

/** A part of the client space, from the legacy `from`: a client whose tags include `tags` and none of `not`. */
export interface ClientSubset {
  readonly tags: Readonly<Record<string, string>>;
  readonly not: readonly { readonly key: string; readonly value: string }[];
}

/** The inbound side of one policy type for one inbound of one proxy. */
export interface InboundRules<Conf> {
  readonly id: string;
  /** Merged conf of `rules` without a match, and of `from` where that only knows Mesh (`isFromAsRules`). */
  readonly all: Rule<Conf> | undefined;
  /**
   * `rules` entries as they are, one for each of their matches: specific first, the ones without a match last; among equal
   * matches in ascending priority. `mergedByMatch` folds them. The ones without a match are those that `all` merges.
   */
  readonly matched: readonly (Rule<Conf> & { readonly match: ClientMatch | undefined })[];
  /** `from` entries, as a partition of the client space, more specific first. */
  readonly from: readonly (Rule<Conf> & { readonly subset: ClientSubset })[];
}

/** All that matched one proxy, of one policy type. */
export interface MatchedPolicies<Conf = unknown> {
  readonly type: string;
  /** In ascending priority: later overrides earlier (`comparePolicies`). */
  readonly policies: readonly Resource[];
  readonly to: ToRules<Conf>;
  /** By the inbound's section name: its `name`, else its port as text. */
  inbound(sectionName: string): InboundRules<Conf>;
  /** Policies with a single `default`. */
  readonly single: Rule<Conf> | undefined;
}

/** What the `to` entries of one policy type come to for a proxy, as `_rules` shows it. */
export interface Destinations {
  readonly type: string;
  /** By the tags that destinations are told apart by, more of them first. */
  readonly bySubset: readonly { readonly subset: ClientSubset; readonly rule: Rule<unknown> }[];
  /** By the resource that an entry names, the Mesh or a MeshHTTPRoute; policies that target a MeshHTTPRoute do not count. */
  readonly byResource: readonly { readonly resource: RuleSubject; readonly rule: Rule<unknown> }[];
}
