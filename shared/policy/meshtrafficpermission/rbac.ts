import type { PrincipalJson, RBACJson } from '../../xds/gen/envoy/config/rbac/v3/rbac_pb.d.ts';
import type { MatcherJson } from '../../xds/gen/xds/type/matcher/v3/matcher_pb.d.ts';
import type { ClientSubset, InboundRules } from '../rules.ts';
import { clientUri, type Groups, having } from './groups.ts';
import { matchers } from './matcher.ts';
import type { MeshTrafficPermissionConf } from './schema.ts';

/** What an RBAC filter, of HTTP or of the network, is told: `rules` of principals or a `matcher`. */
export interface Permissions {
  rules?: RBACJson;
  matcher?: MatcherJson;
  shadowRules?: RBACJson;
  shadowMatcher?: MatcherJson;
}

/** Nobody may: an ALLOW list without entries. */
export const DENY_ALL: Permissions = { rules: {} };

/** Permissions of an inbound, by `rules`, by the older `from` or by both; nothing at all denies everybody. */
export function permissions(rules: InboundRules<MeshTrafficPermissionConf>, mesh: string): Permissions {
  if (rules.matched.length > 0) return matchers(rules, mesh);
  return rules.from.length > 0 ? fromSubsets(rules, mesh) : DENY_ALL;
}

function fromSubsets({ from }: InboundRules<MeshTrafficPermissionConf>, mesh: string): Permissions {
  const principals = (groups: Groups) => groups.map(({ subset }) => principalOf(subset, mesh));
  const allowed = principals(having(from, 'Allow', 'AllowWithShadowDeny'));
  const shadow = principals(having(from, 'AllowWithShadowDeny'));
  return {
    rules: allowed.length > 0 ? policyFor(allowed) : {},
    ...(shadow.length > 0 ? { shadowRules: { action: 'DENY', ...policyFor(shadow) } } : {}),
  };
}

function policyFor(principals: PrincipalJson[]): RBACJson {
  return { policies: { MeshTrafficPermission: { permissions: [{ any: true }], principals } } };
}

/** A group of clients by the URIs in their certificates. */
function principalOf({ tags, not }: ClientSubset, mesh: string): PrincipalJson {
  const has = (key: string, value: string): PrincipalJson => ({
    authenticated: { principalName: { exact: clientUri(key, value, mesh) } },
  });
  const parts = [
    ...Object.entries(tags).map(([key, value]) => has(key, value)),
    ...not.map(({ key, value }): PrincipalJson => ({ notId: has(key, value) })),
  ];
  const [first] = parts;
  if (!first) return { any: true };
  return parts.length === 1 ? first : { andIds: { ids: parts } };
}
