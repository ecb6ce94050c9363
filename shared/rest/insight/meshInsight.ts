import { descriptorOf, publicTypes, type RestContext } from '../context.ts';
import { formatted } from '../crud/read.ts';
import { NotFound } from '../errors.ts';
import { filterOf } from '../filter.ts';
import { ok, type Route } from '../http.ts';
import { pageAnswer } from '../page.ts';
import { type JsonFields, resourceJson } from '../resourceJson.ts';
import type { Shown } from '../shown.ts';
import { count, noCounts, type StatusCounts, withoutZeros } from './counts.ts';
import { type Proxy, proxiesOf, servicesOf } from './proxies.ts';

const PATH = '/mesh-insights';

/** `/mesh-insights`: what is in every mesh and how it fares, counted when asked. A zone has none. */
export function meshInsightRoutes(context: RestContext): Route[] {
  const mesh = descriptorOf(context, 'Mesh');
  const insight = descriptorOf(context, 'MeshInsight');
  return [
    {
      method: 'GET',
      path: PATH,
      title: 'Could not retrieve resources',
      handler: async (request) => {
        const filter = filterOf(mesh, request.query, PATH);
        const meshes = context.role.mode === 'zone' ? [] : await context.shown.list(mesh);
        const census = await takeCensus(context);
        const items = meshes.filter(({ resource }) => filter(resource));
        return ok(
          pageAnswer(request, items, (item) => resourceJson(insight, insightOf(context, item, census).resource)),
        );
      },
    },
    {
      method: 'GET',
      path: `${PATH}/:name`,
      title: 'Could not retrieve a resource',
      handler: async (request) => {
        const { name = '' } = request.params;
        const found = context.role.mode === 'zone' ? undefined : await context.shown.get(mesh, '', name);
        if (!found) throw new NotFound();
        return formatted(insight, insightOf(context, found, await takeCensus(context, name)), request);
      },
    },
  ];
}

/** What is counted, by mesh. */
interface Census {
  readonly proxies: ReadonlyMap<string, readonly Proxy[]>;
  /** mesh → type → how many */
  readonly resources: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

async function takeCensus(context: RestContext, mesh?: string): Promise<Census> {
  const types = publicTypes(context).filter(({ scope, readOnly }) => scope === 'Mesh' && !readOnly);
  const resources = new Map<string, Map<string, number>>();
  for (const { type } of types) {
    for (const { resource } of await context.reader.list(type, mesh)) {
      const counts = resources.get(resource.mesh) ?? new Map<string, number>();
      resources.set(resource.mesh, counts.set(type, (counts.get(type) ?? 0) + 1));
    }
  }
  return { resources, proxies: Map.groupBy(await proxiesOf(context, mesh), ({ stored }) => stored.resource.mesh) };
}

/** `dataplanes` is there even when empty: kumactl crashes without it. */
function insightOf(context: RestContext, { stored, resource: mesh }: Shown, { proxies, resources }: Census): Shown {
  const own = proxies.get(mesh.name) ?? [];
  const counts = [...(resources.get(mesh.name) ?? [])];
  const totals = (entries: typeof counts) => Object.fromEntries(entries.map(([type, total]) => [type, { total }]));
  const services = new Set(own.flatMap((proxy) => servicesOf(proxy).map(({ service }) => service)));
  const spec = {
    dataplanes: tally(own),
    policies: totals(counts.filter(([type]) => descriptorOf(context, type).policy !== undefined)),
    dpVersions: {
      kumaDp: tallyBy(own, ({ insight }) => insight?.subscriptions?.at(-1)?.version?.kumaDp?.version || 'unknown'),
      envoy: tallyBy(own, ({ insight }) => insight?.subscriptions?.at(-1)?.version?.envoy?.version || 'unknown'),
    },
    mTLS: mtlsOf(own),
    services: services.size > 0 ? { total: services.size, internal: services.size } : {},
    dataplanesByType: {
      standard: tally(own.filter(({ spec }) => !spec.networking.gateway)),
      gateway: tally(own.filter(({ spec }) => spec.networking.gateway)),
      gatewayBuiltin: tally(own.filter(({ spec }) => spec.networking.gateway?.type === 'BUILTIN')),
      gatewayDelegated: tally(
        own.filter(({ spec }) => spec.networking.gateway && spec.networking.gateway.type !== 'BUILTIN'),
      ),
    },
    resources: totals(counts),
  };
  return { stored, resource: { ...mesh, type: 'MeshInsight', labels: {}, spec } };
}

function mtlsOf(proxies: readonly Proxy[]): JsonFields {
  const withMtls = proxies.filter(({ insight }) => insight?.mTLS);
  if (withMtls.length === 0) return {};
  return {
    issuedBackends: tallyBy(withMtls, ({ insight }) => insight?.mTLS?.issuedBackend ?? 'unknown'),
    supportedBackends: Object.fromEntries(
      [...new Set(withMtls.flatMap(({ insight }) => insight?.mTLS?.supportedBackends ?? []))].map((backend) => [
        backend,
        tally(withMtls.filter(({ insight }) => insight?.mTLS?.supportedBackends?.includes(backend))),
      ]),
    ),
  };
}

function tally(proxies: readonly Proxy[]): Partial<StatusCounts> {
  const counts = noCounts();
  for (const { status } of proxies) count(counts, status);
  return withoutZeros(counts);
}

function tallyBy(proxies: readonly Proxy[], key: (proxy: Proxy) => string): Record<string, Partial<StatusCounts>> {
  return Object.fromEntries([...Map.groupBy(proxies, key)].map(([name, group]) => [name, tally(group)]));
}
