import type { RouteActionJson, RouteJson } from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { isHttp, type OutboundResources, type Protocol } from '../../xds/parts.ts';
import type { EffectContext } from '../context.ts';
import { routeName } from '../routeName.ts';
import type { ToRules } from '../rules.ts';
import { applyFilter } from './routeFilter.ts';
import { compareSpecificity, envoyMatches } from './routeMatch.ts';
import type { BackendRef, MeshHTTPRouteConf, RouteMatch, RouteRule } from './schema.ts';

/** Replaces an HTTP outbound's routes by those of the policies; what none of them matches goes to the destination. */
export function applyMeshHTTPRoute(
  outbound: OutboundResources,
  rules: ToRules<MeshHTTPRouteConf>,
  context: EffectContext,
): void {
  const [host] = outbound.routes?.virtualHosts ?? [];
  const conf = rules.forService(outbound.service)?.conf;
  if (!host || !conf) return;
  const destination = host.routes?.at(-1);
  const usable = conf.rules.flatMap((rule) => {
    const action = forward(rule.default.backendRefs ?? [], outbound, context);
    return action
      ? rule.matches.map((match) => ({ match, routes: routesOf(rule, match, action, outbound, context) }))
      : [];
  });
  const ordered = usable.sort((a, b) => compareSpecificity(a.match, b.match)).flatMap(({ routes }) => routes);
  const catchesAll = usable.some(({ match }) => isCatchAll(match));
  host.routes = [...ordered, ...(destination && !catchesAll ? [destination] : [])];
}

function isCatchAll({ path, method, headers, queryParams }: RouteMatch): boolean {
  return path?.type === 'PathPrefix' && path.value === '/' && !method && !headers?.length && !queryParams?.length;
}

function routesOf(
  rule: RouteRule,
  match: RouteMatch,
  action: RouteActionJson,
  outbound: OutboundResources,
  context: EffectContext,
): RouteJson[] {
  const name = routeName(rule.matches);
  return envoyMatches(match).map(({ match: envoyMatch, half }) => {
    const route: RouteJson = { name, match: envoyMatch, route: structuredClone(action) };
    const mirrorCluster = (ref: BackendRef) => backendCluster(ref, outbound, context);
    for (const filter of rule.default.filters ?? []) applyFilter(route, filter, half, mirrorCluster);
    return route;
  });
}

/**
 * To the backends by weight, without any to the destination. A backend that nobody knows, or that speaks no HTTP, is left out.
 * @returns undefined when none is left: as in Kuma the rule is passed over then, and another one may take the request
 */
function forward(
  refs: readonly BackendRef[],
  outbound: OutboundResources,
  context: EffectContext,
): RouteActionJson | undefined {
  if (refs.length === 0) return { cluster: outbound.clusters[0]?.cluster.name ?? outbound.service, timeout: '0s' };
  const weights = new Map<string, number>();
  for (const ref of refs) {
    // Kept from before the schema filled it in, a policy may lack it.
    const weight = ref.weight ?? 1;
    const name = weight > 0 ? backendCluster(ref, outbound, context) : undefined;
    if (name) weights.set(name, (weights.get(name) ?? 0) + weight);
  }
  const clusters = [...weights].map(([name, weight]) => ({ name, weight }));
  const [only] = clusters;
  if (!only) return undefined;
  if (clusters.length === 1) return { cluster: only.name, timeout: '0s' };
  return { weightedClusters: { clusters }, timeout: '0s' };
}

/** Name of the cluster for a backend, which is added to the outbound unless it is there. */
function backendCluster(
  { name, tags = {} }: BackendRef,
  outbound: OutboundResources,
  context: EffectContext,
): string | undefined {
  const service = name ?? '';
  const backend = context.backend(service, tags);
  if (!backend || !isHttp(backend.protocol as Protocol)) return undefined;
  if (!outbound.clusters.some(({ cluster }) => cluster.name === backend.name)) {
    outbound.clusters.push({ service, protocol: backend.protocol as Protocol, cluster: backend.cluster });
  }
  return backend.name;
}
