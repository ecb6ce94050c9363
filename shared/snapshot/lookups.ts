import type { EffectContext } from '../policy/context.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ServiceIndex } from '../view/services.ts';
import type { Protocol } from '../xds/parts.ts';
import type { MeshFacts } from './meshFacts.ts';
import { serviceCluster } from './serviceCluster.ts';

/** What was looked up while a part was built; as long as the answers are the same, the part is. */
export class Lookups {
  /** service → its protocol then, `undefined` when it did not exist. */
  readonly protocols = new Map<string, Protocol | undefined>();
  /** Clusters handed out: name → the subset they stand for. */
  readonly clusters = new Map<string, { service: string; tags: Readonly<Record<string, string>> }>();
  readonly #mesh: MeshFacts;
  /** Services for which the answers are known to be the same. */
  #holdFor: ServiceIndex;

  constructor(mesh: MeshFacts) {
    this.#mesh = mesh;
    this.#holdFor = mesh.services;
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
    if (mesh.services === this.#holdFor) return true;
    for (const [service, protocol] of this.protocols)
      if (mesh.services.services.get(service)?.protocol !== protocol) return false;
    this.#holdFor = mesh.services;
    return true;
  }
}

/** The world as effects of policies see it; what they ask is written down. */
export function effectContext({ name, zone, mtls }: MeshFacts, lookups: Lookups): EffectContext {
  return {
    mesh: name,
    zone,
    mtls: mtls !== undefined,
    backend: (service, subset) => {
      const protocol = lookups.protocol(service);
      if (!protocol) return undefined;
      const { 'kuma.io/service': _, ...extra } = subset;
      const cluster = lookups.cluster(service, extra, protocol);
      return { name: cluster.name as string, cluster, protocol };
    },
  };
}
