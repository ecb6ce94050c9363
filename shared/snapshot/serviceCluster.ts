import type { EffectContext } from '../policy/context.ts';
import { edsCluster, speak } from '../xds/cluster.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { outboundClusterName } from '../xds/names.ts';
import { isHttp, type Protocol } from '../xds/parts.ts';
import { tagSni } from '../xds/sni.ts';
import { upstreamMeshTls } from '../xds/tls.ts';
import type { MeshFacts } from './meshFacts.ts';
import type { Sidecar } from './sidecar.ts';

/** Default of MeshTimeout's `connectionTimeout` for outbounds. */
const CONNECT_TIMEOUT = '5s';

/**
 * The cluster for calls to a service, or to the part of it with these tags. A fresh object: effects edit it.
 * Proxies speak HTTP/2 among themselves; mTLS accepts that service only, whichever zone it is in (policies §5.4).
 */
export function serviceCluster(
  mesh: MeshFacts,
  service: string,
  tags: Readonly<Record<string, string>>,
  protocol: Protocol,
): ClusterJson {
  const cluster = edsCluster(outboundClusterName(service, tags), CONNECT_TIMEOUT);
  if (isHttp(protocol)) speak(cluster, 'http2');
  if (mesh.mtls) cluster.transportSocket = upstreamMeshTls(mesh.name, service, tagSni(service, mesh.name, tags));
  return cluster;
}

/** What was looked up while a part was built; as long as the answers are the same, the part is. */
export class Lookups {
  /** service → its protocol then, `undefined` when it did not exist. */
  readonly protocols = new Map<string, Protocol | undefined>();
  /** Clusters handed out: name → the subset they stand for. */
  readonly clusters = new Map<string, { service: string; tags: Readonly<Record<string, string>> }>();
  readonly #mesh: MeshFacts;

  constructor(mesh: MeshFacts) {
    this.#mesh = mesh;
  }

  /** The service's protocol; a service that nobody knows is treated as TCP without endpoints. */
  protocol(service: string): Protocol | undefined {
    const protocol = this.#mesh.services.services.get(service)?.protocol;
    this.protocols.set(service, protocol);
    return protocol;
  }

  cluster(service: string, tags: Readonly<Record<string, string>>, protocol: Protocol): ClusterJson {
    const cluster = serviceCluster(this.#mesh, service, tags, protocol);
    this.clusters.set(cluster.name as string, { service, tags });
    return cluster;
  }

  stillHold(mesh: MeshFacts): boolean {
    for (const [service, protocol] of this.protocols)
      if (mesh.services.services.get(service)?.protocol !== protocol) return false;
    return true;
  }
}

export function effectContext({ mesh, settings, tags }: Sidecar, lookups: Lookups): EffectContext {
  return {
    mesh: mesh.name,
    zone: settings.zone,
    mtls: mesh.mtls !== undefined,
    proxyTags: tags,
    backend: (service, subset) => {
      const protocol = lookups.protocol(service);
      if (!protocol) return undefined;
      const { 'kuma.io/service': _, ...extra } = subset;
      const cluster = lookups.cluster(service, extra, protocol);
      return { name: cluster.name as string, cluster, protocol };
    },
  };
}
