import { type Insight, isOnline } from '../../resource/insight.ts';
import { publicTypes, type RestContext } from '../context.ts';
import { KUMA_GLOBAL_TYPES } from '../crud/kumaTypes.ts';
import { ok, type Route } from '../http.ts';
import { count, noCounts, type StatusCounts } from './counts.ts';
import { type Proxy, proxiesOf, type ServiceType, servicesOf } from './proxies.ts';

/** Counts over everything, for the GUI's first page: `api/openapi/specs/global_insight.yaml` of Kuma, and the older form beside it. */
export function globalInsightRoutes(context: RestContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/global-insight',
      title: 'Could not retrieve global insight',
      handler: async () => ok(await globalInsight(context)),
    },
    {
      method: 'GET',
      path: '/global-insights',
      title: 'Could not retrieve global insights',
      handler: async () => ok(await olderForm(context)),
    },
  ];
}

async function globalInsight(context: RestContext): Promise<object> {
  const proxies = await proxiesOf(context);
  const resources = await totals(context);
  const policies = publicTypes(context).filter(({ policy }) => policy);
  return {
    createdAt: context.now(),
    meshes: { total: (await context.reader.list('Mesh')).length },
    zones: await zones(context),
    dataplanes: {
      standard: tally(proxies.filter(({ spec }) => !spec.networking.gateway)),
      gatewayBuiltin: tally(proxies.filter(({ spec }) => spec.networking.gateway?.type === 'BUILTIN')),
      gatewayDelegated: tally(
        proxies.filter(({ spec }) => spec.networking.gateway && spec.networking.gateway.type !== 'BUILTIN'),
      ),
    },
    services: services(proxies),
    policies: { total: policies.reduce((sum, { type }) => sum + (resources[type]?.total ?? 0), 0) },
    resources,
  };
}

async function olderForm(context: RestContext): Promise<object> {
  const types = publicTypes(context).filter(({ scope, readOnly }) => scope === 'Global' && !readOnly);
  const resources: Record<string, { total: number }> = {};
  // of Kuma's that are not known here there are none
  for (const type of Object.keys(KUMA_GLOBAL_TYPES)) resources[type] = { total: 0 };
  for (const { type } of types) resources[type] = { total: (await context.reader.list(type)).length };
  return { type: 'GlobalInsights', creationTime: context.now(), resources };
}

/** What is in meshes, by type: of those that there are. */
async function totals(context: RestContext): Promise<Record<string, { total: number }>> {
  const counts: Record<string, { total: number }> = {};
  for (const { type, scope, readOnly } of publicTypes(context)) {
    if (readOnly || scope !== 'Mesh') continue;
    const total = (await context.reader.list(type)).length;
    if (total > 0) counts[type] = { total };
  }
  return counts;
}

/** Those that have ever connected, enabled or not. */
async function zones({ reader }: RestContext): Promise<object> {
  const summary = async (type: string) => {
    const insights = await reader.list(`${type}Insight`);
    const online = insights.filter(({ resource }) => isOnline(resource.spec as Insight));
    return { online: online.length, total: insights.length };
  };
  return {
    controlPlanes: await summary('Zone'),
    zoneIngresses: await summary('ZoneIngress'),
    zoneEgresses: await summary('ZoneEgress'),
  };
}

function services(proxies: readonly Proxy[]): object {
  const instances = new Map<string, { type: ServiceType; online: boolean[] }>();
  for (const proxy of proxies) {
    for (const { service, type, online } of servicesOf(proxy)) {
      const key = `${proxy.stored.resource.mesh}/${service}`;
      const known = instances.get(key) ?? { type, online: [] };
      instances.set(key, known);
      known.online.push(online);
    }
  }
  const of = (type: ServiceType) => {
    const counts = noCounts();
    for (const one of instances.values()) {
      if (one.type !== type) continue;
      count(counts, one.online.every(Boolean) ? 'online' : one.online.some(Boolean) ? 'partiallyDegraded' : 'offline');
    }
    return counts;
  };
  return {
    internal: of('internal'),
    external: { total: 0 },
    gatewayBuiltin: of('gateway_builtin'),
    gatewayDelegated: of('gateway_delegated'),
  };
}

function tally(proxies: readonly Proxy[]): StatusCounts {
  const counts = noCounts();
  for (const { status } of proxies) count(counts, status);
  return counts;
}
