import type { InboundChain, InboundResources } from '../../xds/parts.ts';
import { tlsInspector } from '../../xds/filters.ts';
import { statName } from '../../xds/names.ts';
import { typed } from '../../xds/typed.ts';
import type { EffectContext } from '../context.ts';
import type { InboundRules } from '../rules.ts';
import { DENY_ALL, type Permissions, permissions } from './rbac.ts';
import type { MeshTrafficPermissionConf } from './schema.ts';

const HTTP_RBAC = 'envoy.filters.http.rbac';

/**
 * Only chains with mesh mTLS are guarded: without a certificate nobody can be told from anybody. HTTP: the filter in
 * the listener denies everybody, and the route configuration says who may, so that a change is a route update that the next
 * request on any open connection obeys. Other protocols: a network filter at the head of the chain.
 */
export function applyMeshTrafficPermission(
  inbound: InboundResources,
  rules: InboundRules<MeshTrafficPermissionConf>,
  { mesh }: EffectContext,
): void {
  const guarded = inbound.chains.filter((chain) => chain.mtls);
  if (guarded.length === 0) return;
  const granted = permissions(rules, mesh);
  if (usesSni(rules)) inspectTls(inbound.listener);
  for (const chain of guarded) {
    if (chain.hcm) guardHttp(chain.hcm);
    else guardNetwork(chain, granted, inbound.listener.name ?? '');
  }
  for (const host of inbound.routes?.virtualHosts ?? []) {
    const perRoute = typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', { rbac: granted });
    host.typedPerFilterConfig = { ...host.typedPerFilterConfig, [HTTP_RBAC]: perRoute };
  }
}

function usesSni({ matched }: InboundRules<MeshTrafficPermissionConf>): boolean {
  return matched.some(({ conf: { deny = [], allowWithShadowDeny = [], allow = [] } }) =>
    [...deny, ...allowWithShadowDeny, ...allow].some(({ sni }) => sni),
  );
}

/** Envoy knows the server name that a client asked for from this filter only. */
function inspectTls(listener: InboundResources['listener']): void {
  const filter = tlsInspector();
  const filters = listener.listenerFilters ?? [];
  if (!filters.some(({ name }) => name === filter.name)) listener.listenerFilters = [filter, ...filters];
}

function guardHttp(hcm: NonNullable<InboundChain['hcm']>): void {
  const filter = { name: HTTP_RBAC, typedConfig: typed('envoy.extensions.filters.http.rbac.v3.RBAC', DENY_ALL) };
  hcm.httpFilters = [filter, ...(hcm.httpFilters ?? [])];
}

function guardNetwork(chain: InboundChain, granted: Permissions, listener: string): void {
  const config = { statPrefix: `${statName(listener)}.`, ...granted };
  const filter = {
    name: 'envoy.filters.network.rbac',
    typedConfig: typed('envoy.extensions.filters.network.rbac.v3.RBAC', config),
  };
  chain.filterChain.filters = [filter, ...(chain.filterChain.filters ?? [])];
}
