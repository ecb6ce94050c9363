import { type DataplaneSpec, type Inbound, isHealthy } from '../../resource/dataplane/spec.ts';
import { type Insight, isOnline } from '../../resource/insight.ts';
import type { RestContext } from '../context.ts';
import type { Stored } from '../ports.ts';

export type ProxyStatus = 'online' | 'offline' | 'partiallyDegraded';

/** A Dataplane joined with what is known of its connection. */
export interface Proxy {
  readonly stored: Stored;
  readonly spec: DataplaneSpec;
  readonly insight: Insight | undefined;
  readonly status: ProxyStatus;
}

/** All Dataplanes of a mesh, or of all meshes, with their status. */
export async function proxiesOf({ reader }: Pick<RestContext, 'reader'>, mesh?: string): Promise<Proxy[]> {
  const [dataplanes, insights] = await Promise.all([
    reader.list('Dataplane', mesh),
    reader.list('DataplaneInsight', mesh),
  ]);
  const key = ({ origin, resource }: Stored) => `${origin}/${resource.mesh}/${resource.name}`;
  const byKey = new Map(insights.map((stored) => [key(stored), stored.resource.spec as Insight]));
  return dataplanes.map((stored) => {
    const spec = stored.resource.spec as DataplaneSpec;
    const insight = byKey.get(key(stored));
    return { stored, spec, insight, status: statusOf(spec, insight) };
  });
}

/**
 * A gateway is online when connected; a sidecar also needs its inbounds ready, ignored ones not counted: `Status` of Kuma's
 * DataplaneOverview.
 */
function statusOf({ networking }: DataplaneSpec, insight: Insight | undefined): ProxyStatus {
  if (!isOnline(insight)) return 'offline';
  const inbounds = (networking.inbound ?? []).filter(({ state }) => state !== 'Ignored');
  if (networking.gateway || inbounds.length === 0) return 'online';
  const ready = inbounds.filter(isHealthy).length;
  if (ready === 0) return 'offline';
  return ready === inbounds.length ? 'online' : 'partiallyDegraded';
}

export type ServiceType = 'internal' | 'external' | 'gateway_builtin' | 'gateway_delegated';

/** The services a proxy is an instance of, and whether this instance serves them. */
export function servicesOf({
  spec,
  insight,
}: Proxy): { readonly service: string; readonly type: ServiceType; readonly zone: string; readonly online: boolean }[] {
  const connected = isOnline(insight);
  const { gateway, inbound = [] } = spec.networking;
  const of = (tags: Inbound['tags'], type: ServiceType, online: boolean) => {
    const service = tags?.['kuma.io/service'];
    return service ? [{ service, type, zone: tags?.['kuma.io/zone'] ?? '', online }] : [];
  };
  if (gateway) return of(gateway.tags, gateway.type === 'BUILTIN' ? 'gateway_builtin' : 'gateway_delegated', connected);
  return inbound
    .filter(({ state }) => state !== 'Ignored')
    .flatMap((one) => of(one.tags, 'internal', connected && isHealthy(one)));
}
