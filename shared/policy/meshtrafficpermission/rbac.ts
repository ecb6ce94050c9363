import { literalRegex } from '../clientMatch.ts';
import type { PrincipalJson, RBACJson } from '../../xds/gen/envoy/config/rbac/v3/rbac_pb.d.ts';
import type { Matcher_MatcherList_PredicateJson, MatcherJson } from '../../xds/gen/xds/type/matcher/v3/matcher_pb.d.ts';
import { typed } from '../../xds/typed.ts';
import type { ClientSubset, InboundRules } from '../rules.ts';
import type { ClientMatchSpec, MeshTrafficPermissionConf } from './schema.ts';

/** What an RBAC filter, of HTTP or of the network, is told: `rules` of principals or a `matcher`. */
export interface Permissions {
  rules?: RBACJson;
  matcher?: MatcherJson;
  shadowRules?: RBACJson;
  shadowMatcher?: MatcherJson;
}

/** Nobody may: an ALLOW list without entries. */
export const DENY_ALL: Permissions = { rules: {} };

/** Permissions of an inbound: `rules` where a policy has them, else the older `from`; nothing at all denies everybody. */
export function permissions(rules: InboundRules<MeshTrafficPermissionConf>, mesh: string): Permissions {
  if (rules.matched.length > 0) return fromMatches(rules.matched.map(({ conf }) => conf));
  return rules.from.length > 0 ? fromSubsets(rules, mesh) : DENY_ALL;
}

function fromSubsets({ from }: InboundRules<MeshTrafficPermissionConf>, mesh: string): Permissions {
  const principals = (...actions: string[]) =>
    from.filter(({ conf }) => actions.includes(conf.action ?? '')).map(({ subset }) => principalOf(subset, mesh));
  const allowed = principals('Allow', 'AllowWithShadowDeny');
  const shadow = principals('AllowWithShadowDeny');
  return {
    rules: allowed.length > 0 ? policyFor(allowed) : {},
    ...(shadow.length > 0 ? { shadowRules: { action: 'DENY', ...policyFor(shadow) } } : {}),
  };
}

function policyFor(principals: PrincipalJson[]): RBACJson {
  return { policies: { MeshTrafficPermission: { permissions: [{ any: true }], principals } } };
}

/** A group of clients by the URIs in their certificates: `spiffe://<mesh>/<service>`, `kuma://<tag>/<value>`. */
function principalOf({ tags, not }: ClientSubset, mesh: string): PrincipalJson {
  const has = (key: string, value: string): PrincipalJson => ({
    authenticated: {
      principalName: { exact: key === 'kuma.io/service' ? `spiffe://${mesh}/${value}` : `kuma://${key}/${value}` },
    },
  });
  const parts = [
    ...Object.entries(tags).map(([key, value]) => has(key, value)),
    ...not.map(({ key, value }): PrincipalJson => ({ notId: has(key, value) })),
  ];
  const [first] = parts;
  if (!first) return { any: true };
  return parts.length === 1 ? first : { andIds: { ids: parts } };
}

/** Deny always beats allow, however specific the policies are; the first that matches decides. */
function fromMatches(confs: readonly MeshTrafficPermissionConf[]): Permissions {
  const all = (list: 'deny' | 'allow' | 'allowWithShadowDeny') => confs.flatMap((conf) => conf[list] ?? []);
  const shadow = all('allowWithShadowDeny');
  const matchers = [...branch(all('deny'), 'DENY'), ...branch([...all('allow'), ...shadow], 'ALLOW')];
  return {
    matcher: tree(matchers, 'DENY'),
    ...(shadow.length > 0 ? { shadowMatcher: tree(branch(shadow, 'DENY'), 'ALLOW') } : {}),
  };
}

type Branch = NonNullable<NonNullable<MatcherJson['matcherList']>['matchers']>[number];

function branch(matches: readonly ClientMatchSpec[], action: 'ALLOW' | 'DENY'): Branch[] {
  const predicates = matches.map(predicateOf);
  const [first] = predicates;
  if (!first) return [];
  const predicate = predicates.length === 1 ? first : { orMatcher: { predicate: predicates } };
  return [{ predicate, onMatch: decision(action, 'MeshTrafficPermission') }];
}

function tree(matchers: Branch[], otherwise: 'ALLOW' | 'DENY'): MatcherJson {
  return { ...(matchers.length > 0 ? { matcherList: { matchers } } : {}), onNoMatch: decision(otherwise, 'default') };
}

function decision(action: 'ALLOW' | 'DENY', name: string) {
  const config = typed('envoy.config.rbac.v3.Action', { name, action });
  return { action: { name: 'envoy.filters.rbac.action', typedConfig: config } };
}

function predicateOf({ spiffeID, sni }: ClientMatchSpec): Matcher_MatcherList_PredicateJson {
  const parts: Matcher_MatcherList_PredicateJson[] = [];
  if (spiffeID) {
    const safeRegex = { googleRe2: {}, regex: uriSanRegex(spiffeID) };
    parts.push(single('uri_san', 'ssl.v3.UriSanInput', { safeRegex }));
  }
  if (sni) parts.push(single('server_name', 'network.v3.ServerNameInput', { exact: sni.value }));
  const [first] = parts;
  return first && parts.length === 1 ? first : { andMatcher: { predicate: parts } };
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
): Matcher_MatcherList_PredicateJson {
  const typedConfig = typed(`envoy.extensions.matching.common_inputs.${type}`, {});
  return { singlePredicate: { input: { name: `envoy.matching.inputs.${name}`, typedConfig }, valueMatch } };
}
