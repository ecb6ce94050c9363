import type { Cluster } from './cluster.ts';
import { LoopbackPrefixes } from './loopback.ts';
import { Tokens } from './tokens.ts';
import { startWorkload, type Workload, type WorkloadDeps, type WorkloadSpec } from './workload.ts';
import type { Zone } from './zone.ts';
import { startEgress, startIngress } from './zoneProxy.ts';

/** An instance and the zone that it is started in. */
export interface Planned {
  readonly zone: string;
  readonly spec: WorkloadSpec;
}

/** `frontend` calls `backend`, which is only in the other zone, and `catalog`, which is in both. */
export const DEMO_PLAN: readonly Planned[] = [
  { zone: 'zone-1', spec: { service: 'frontend', name: 'frontend-1' } },
  { zone: 'zone-1', spec: { service: 'catalog', name: 'catalog-1' } },
  { zone: 'zone-2', spec: { service: 'catalog', name: 'catalog-2' } },
  { zone: 'zone-2', spec: { service: 'backend', name: 'backend-1', version: 'v1' } },
  { zone: 'zone-2', spec: { service: 'backend', name: 'backend-2', version: 'v2' } },
];

/** The applications of the demo and what they are called by. */
export class Workloads {
  readonly #deps: WorkloadDeps;
  readonly #cluster: Cluster;
  readonly #running = new Map<string, Workload>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#deps = {
      ground: cluster.ground,
      tokens: new Tokens(cluster.api),
      prefixes: new LoopbackPrefixes(cluster.vipPort),
    };
  }

  /** Starts what is planned, and every zone's ingress where there are several; resolves when all are ready. @throws StartError */
  async startAll(plan: readonly Planned[], say: (text: string) => void): Promise<void> {
    const zones = this.#cluster.zones.length > 1 ? this.#cluster.zones : [];
    const ingresses = zones.map(async (zone) => {
      await startIngress(this.#deps, zone);
      say(`ingress of ${zone.name} is ready`);
    });
    const apps = plan.map(async ({ zone, spec }) => {
      await this.start(zone, spec);
      say(`${spec.name} and its sidecar are ready in ${zone}`);
    });
    const results = await Promise.allSettled([...ingresses, ...apps]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async start(zoneName: string, spec: WorkloadSpec): Promise<Workload> {
    const workload = await startWorkload(this.#deps, this.zone(zoneName), spec);
    this.#running.set(spec.name, workload);
    return workload;
  }

  /** An egress of that zone. @returns the port that sidecars dial. @throws StartError */
  startEgress(zoneName: string, name: string): Promise<number> {
    return startEgress(this.#deps, this.zone(zoneName), name);
  }

  /** The token that a service's sidecars will need, so that they can start without global. */
  async prepare(service: string): Promise<void> {
    await this.#deps.tokens.ofService(service);
  }

  /** @throws Error when there is none of that name. */
  get(name: string): Workload {
    const found = this.#running.get(name);
    if (!found) throw new Error(`${name} was not started`);
    return found;
  }

  get all(): readonly Workload[] {
    return [...this.#running.values()];
  }

  zone(name: string): Zone {
    const found = this.#cluster.zones.find((zone) => zone.name === name);
    if (!found) throw new Error(`there is no zone ${name}`);
    return found;
  }
}
