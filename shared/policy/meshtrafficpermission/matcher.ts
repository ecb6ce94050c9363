import { kriOf } from '../../resource/kri.ts';
import type { Matcher_MatcherList_PredicateJson, MatcherJson } from '../../xds/gen/xds/type/matcher/v3/matcher_pb.d.ts';
import { typed } from '../../xds/typed.ts';
import { literalRegex } from '../clientMatch.ts';
import type { ClientSubset, InboundRules, RuleOrigin } from '../rules.ts';
import { clientUri, deniedByTag, type Groups, having } from './groups.ts';
import type { ClientMatchSpec, MeshTrafficPermissionConf } from './schema.ts';

type Action = 'ALLOW' | 'DENY';
type Branch = NonNullable<NonNullable<MatcherJson['matcherList']>['matchers']>[number];
type Predicate = Matcher_MatcherList_PredicateJson;
type List = 'deny' | 'allow' | 'allowWithShadowDeny';

/**
 * Deny beats allow, however specific the policies are; the first that matches decides. Policies with `from` on the same inbound
 * count too: a `from` that denies all, or all but some, leaves them to the policies with `rules`, and denies whom nobody allows.
 */
export function matchers(
  { matched, from }: InboundRules<MeshTrafficPermissionConf>,
  mesh: string,
): { matcher: MatcherJson; shadowMatcher?: MatcherJson } {
  const ruled = (action: Action, ...lists: List[]) =>
    matched.flatMap(({ conf, origins }) => {
      const matches = lists.flatMap((list) => conf[list] ?? []);
      return branch(matches.map(predicateOf), action, origins);
    });
  const older = (action: Action, groups: Groups) =>
    groups.flatMap(({ subset, origins }) => branch([subsetPredicate(subset, mesh)], action, origins));
  const branches = [
    ...ruled('DENY', 'deny'),
    ...older('DENY', deniedByTag(from)),
    ...ruled('ALLOW', 'allow', 'allowWithShadowDeny'),
    ...older('ALLOW', having(from, 'Allow', 'AllowWithShadowDeny')),
  ];
  const shadow = [...ruled('DENY', 'allowWithShadowDeny'), ...older('DENY', having(from, 'AllowWithShadowDeny'))];
  return {
    matcher: tree(branches, 'DENY'),
    ...(shadow.length > 0 ? { shadowMatcher: tree(shadow, 'ALLOW') } : {}),
  };
}

/** Named after the policy that decides, the last of those that a group comes from: who looks at a denied call reads it in Envoy. */
function branch(predicates: readonly Predicate[], action: Action, origins: readonly RuleOrigin[]): Branch[] {
  if (predicates.length === 0) return [];
  const origin = origins.at(-1);
  const name = (origin && kriOf({ shortName: 'mtp' }, origin)) ?? 'MeshTrafficPermission';
  return [{ predicate: anyOf(predicates), onMatch: decision(action, name) }];
}

function tree(matchers: Branch[], otherwise: Action): MatcherJson {
  return { ...(matchers.length > 0 ? { matcherList: { matchers } } : {}), onNoMatch: decision(otherwise, 'default') };
}

function decision(action: Action, name: string) {
  const config = typed('envoy.config.rbac.v3.Action', { name, action });
  return { action: { name: 'envoy.filters.rbac.action', typedConfig: config } };
}

function predicateOf({ spiffeID, sni }: ClientMatchSpec): Predicate {
  return allOf([
    ...(spiffeID ? [uriSan(uriSanRegex(spiffeID))] : []),
    ...(sni ? [single('server_name', 'network.v3.ServerNameInput', { exact: sni.value })] : []),
  ]);
}

/** A group of clients of `from`, by the same list of URIs. */
function subsetPredicate({ tags, not }: ClientSubset, mesh: string): Predicate {
  const has = (key: string, value: string) =>
    uriSan(uriSanRegex({ type: 'Exact', value: clientUri(key, value, mesh) }));
  const parts = [
    ...Object.entries(tags).map(([key, value]) => has(key, value)),
    ...not.map(({ key, value }): Predicate => ({ notMatcher: has(key, value) })),
  ];
  return parts.length > 0 ? allOf(parts) : uriSan('.*');
}

function anyOf(predicates: readonly Predicate[]): Predicate {
  const [first] = predicates;
  return first && predicates.length === 1 ? first : { orMatcher: { predicate: [...predicates] } };
}

function allOf(predicates: readonly Predicate[]): Predicate {
  const [first] = predicates;
  return first && predicates.length === 1 ? first : { andMatcher: { predicate: [...predicates] } };
}

function uriSan(regex: string): Predicate {
  return single('uri_san', 'ssl.v3.UriSanInput', { safeRegex: { googleRe2: {}, regex } });
}

/**
 * Envoy's `UriSanInput` is all URIs of the certificate joined by commas, and a sidecar's has several: an identity for each
 * service and a `kuma://` one for each tag. Compared as a whole, an exact `deny` would never match and a prefix only by
 * chance, so this looks for one of the list (RE2, always against the whole text). No such URI holds a comma.
 */
export function uriSanRegex({ type, value }: NonNullable<ClientMatchSpec['spiffeID']>): string {
  const literal = literalRegex(value);
  return `(.*,)?${literal}${type === 'Prefix' ? '.*' : '(,.*)?'}`;
}

function single(
  name: string,
  type: string,
  valueMatch: { exact: string } | { safeRegex: { googleRe2: object; regex: string } },
): Predicate {
  const typedConfig = typed(`envoy.extensions.matching.common_inputs.${type}`, {});
  return { singlePredicate: { input: { name: `envoy.matching.inputs.${name}`, typedConfig }, valueMatch } };
}
