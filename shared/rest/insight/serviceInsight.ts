import type { Resource } from '../../resource/resource.ts';
import { descriptorOf, requireMesh, type RestContext } from '../context.ts';
import { BadRequest } from '../errors.ts';
import { ok, type RestRequest, type Route } from '../http.ts';
import { pageAnswer } from '../page.ts';
import { type JsonFields, resourceMeta } from '../resourceJson.ts';
import { proxiesOf, type ServiceType, servicesOf } from './proxies.ts';

interface Service {
  readonly mesh: string;
  readonly name: string;
  readonly type: ServiceType;
  readonly zones: Set<string>;
  total: number;
  online: number;
}

const TYPES: readonly string[] = [
  'internal',
  'external',
  'gateway_builtin',
  'gateway_delegated',
] satisfies ServiceType[];

/** `/meshes/{m}/service-insights`: every `kuma.io/service` with its instances, counted when asked. */
export function serviceInsightRoutes(context: RestContext): Route[] {
  const list = (path: string): Route => ({
    method: 'GET',
    path,
    title: 'Could not paginate resources',
    handler: async (request) => {
      const { mesh } = request.params;
      if (mesh !== undefined) await requireMesh(context, mesh);
      const filter = serviceFilter(request);
      const times = await timesOf(context);
      return ok(
        pageAnswer(request, (await services(context, mesh)).filter(filter), (service) =>
          insightOf(context, service, times),
        ),
      );
    },
  });
  return [
    list('/service-insights'),
    list('/meshes/:mesh/service-insights'),
    {
      method: 'GET',
      path: '/meshes/:mesh/service-insights/:name',
      title: 'Could not retrieve a resource',
      handler: async ({ params: { mesh = '', name = '' } }) => {
        await requireMesh(context, mesh);
        const none: Service = { mesh, name, type: 'internal', zones: new Set(), total: 0, online: 0 };
        const service = (await services(context, mesh)).find((one) => one.name === name);
        return ok(insightOf(context, service ?? none, await timesOf(context)));
      },
    },
  ];
}

async function services(context: RestContext, mesh?: string): Promise<Service[]> {
  const byName = new Map<string, Service>();
  for (const proxy of await proxiesOf(context, mesh)) {
    const seen = new Set<string>();
    for (const { service, type, zone, online } of servicesOf(proxy)) {
      const key = `${proxy.stored.resource.mesh}/${service}`;
      const known = byName.get(key) ?? {
        mesh: proxy.stored.resource.mesh,
        name: service,
        type,
        zones: new Set(),
        total: 0,
        online: 0,
      };
      byName.set(key, known);
      if (zone) known.zones.add(zone);
      // a proxy with two inbounds of one service is one instance
      if (seen.has(service)) continue;
      seen.add(service);
      known.total++;
      if (online) known.online++;
    }
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, service]) => service);
}

function serviceFilter({ query }: RestRequest): (service: Service) => boolean {
  const name = query.get('name') ?? '';
  const asked = query.get('type');
  const types = asked ? asked.split(',').map((type) => type.trim().toLowerCase()) : [];
  if (types.some((type) => !TYPES.includes(type))) throw new BadRequest('bad request: unsupported service type');
  return (service) => service.name.includes(name) && (types.length === 0 || types.includes(service.type));
}

/** Times of a mesh stand for those of its computed insights. */
async function timesOf({ reader }: RestContext): Promise<ReadonlyMap<string, Resource>> {
  return new Map((await reader.list('Mesh')).map(({ resource }) => [resource.name, resource]));
}

function insightOf(context: RestContext, service: Service, meshes: ReadonlyMap<string, Resource>): JsonFields {
  const { mesh, name, type, zones, total, online } = service;
  const offline = total - online;
  const status = online === 0 ? 'offline' : offline === 0 ? 'online' : 'partially_degraded';
  const { creationTime = '', modificationTime = '' } = meshes.get(mesh) ?? {};
  const inZones = [...zones].sort();
  const descriptor = descriptorOf(context, 'ServiceInsight');
  const meta = resourceMeta(descriptor, {
    type: descriptor.type,
    mesh,
    name,
    labels: {},
    creationTime,
    modificationTime,
    spec: {},
  });
  return {
    ...meta,
    status: total === 0 ? 'not_available' : status,
    dataplanes: { ...(total && { total }), ...(online && { online }), ...(offline && { offline }) },
    // one address for all zones: where they differ, that of the first counts
    ...(type === 'internal'
      ? { addressPort: `${name}.mesh:${context.vipPort(inZones[0] ?? '')}` }
      : { serviceType: type }),
    ...(inZones.length > 0 && { zones: inZones }),
  };
}
