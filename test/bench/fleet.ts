import type { DeltaDiscoveryResponse } from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { SimulatedSidecar } from './simulatedSidecar.ts';

export interface FleetOptions {
  readonly ads: string;
  readonly services: number;
  readonly outbounds: number;
  readonly mtls: boolean;
}

/** What a measurement waits for at one sidecar: a resource of that type which contains these bytes. */
export interface Marker {
  readonly typeUrl: string;
  readonly bytes: Uint8Array;
}

export interface Arrival {
  readonly id: string;
  /** performance.now() */
  readonly at: number;
}

export const MESH = 'default';

/** Simulated sidecars of one zone: each offers one of the services and calls some others. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #sidecars = new Map<string, SimulatedSidecar>();
  readonly #watchers = new Set<(id: string, response: DeltaDiscoveryResponse) => void>();
  readonly failures: string[] = [];
  /** Responses received. */
  responses = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get ids(): readonly string[] {
    return [...this.#sidecars.keys()];
  }

  /** The services that sidecar `index` calls: the next ones after its own, round and round. */
  outboundsOf(index: number): string[] {
    const { services, outbounds } = this.#options;
    return Array.from({ length: outbounds }, (_, i) => `service-${(index * 7 + i + 1) % services}`);
  }

  serviceOf(index: number): string {
    return `service-${index % this.#options.services}`;
  }

  /** Those of the first `count` sidecars that call the service. */
  callersOf(service: string, count: number): string[] {
    return Array.from({ length: count }, (_, i) => i)
      .filter((i) => this.outboundsOf(i).includes(service))
      .map((i) => this.idOf(i));
  }

  idOf(index: number): string {
    return `${MESH}.dp-${index}`;
  }

  /**
   * Connects a sidecar.
   * @param address of its inbound, found again in the endpoints of its callers
   */
  connect(
    index: number,
    service = this.serviceOf(index),
    address = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  ): void {
    const id = this.idOf(index);
    const resource = {
      type: 'Dataplane',
      mesh: MESH,
      name: `dp-${index}`,
      networking: {
        address,
        inbound: [
          {
            port: 8080,
            servicePort: 18080,
            serviceAddress: '127.0.0.1',
            tags: { 'kuma.io/service': service, 'kuma.io/protocol': 'http', 'bench-index': String(index) },
          },
        ],
        outbound: this.outboundsOf(index).map((target, i) => ({
          port: 20_000 + i,
          tags: { 'kuma.io/service': target },
        })),
      },
    };
    const sidecar = new SimulatedSidecar({
      ads: this.#options.ads,
      id,
      metadata: {
        'dataplane.resource': JSON.stringify(resource),
        'dataplane.proxyType': 'dataplane',
        features: [],
        version: { kumaDp: { version: 'bench' }, envoy: { version: 'bench' } },
      },
      secrets: this.#options.mtls ? [`identity_cert:secret:${MESH}`, `mesh_ca:secret:${MESH}`] : [],
      onResponse: (from, response) => {
        this.responses++;
        for (const watcher of this.#watchers) watcher(from.id, response);
      },
      onEnd: (from, why) => {
        this.#sidecars.delete(from.id);
        this.failures.push(`${from.id}: ${why}`);
      },
    });
    this.#sidecars.set(id, sidecar);
  }

  disconnect(index: number): void {
    this.#sidecars.get(this.idOf(index))?.close();
    this.#sidecars.delete(this.idOf(index));
  }

  close(): void {
    for (const sidecar of this.#sidecars.values()) sidecar.close();
    this.#sidecars.clear();
  }

  /** Waits until each of these sidecars was sent a resource with the marker, or the time is over. @returns who was, when */
  async arrivals(marker: Marker, ids: readonly string[], timeout: number): Promise<Arrival[]> {
    const bytes = Buffer.from(marker.bytes);
    const missing = new Set(ids);
    const arrived: Arrival[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = (id: string, response: DeltaDiscoveryResponse) => {
      if (!missing.has(id) || response.typeUrl !== marker.typeUrl) return;
      const at = performance.now();
      if (!response.resources.some(({ resource }) => resource && contains(resource.value, bytes))) return;
      missing.delete(id);
      arrived.push({ id, at });
      if (missing.size === 0) resolve();
    };
    this.#watchers.add(watcher);
    const timer = setTimeout(resolve, timeout);
    await promise;
    clearTimeout(timer);
    this.#watchers.delete(watcher);
    return arrived;
  }

  /** Resolves when no response came for `quiet` ms. */
  async settled(quiet: number): Promise<void> {
    for (let seen = -1; seen !== this.responses; ) {
      seen = this.responses;
      await new Promise((resolve) => setTimeout(resolve, quiet));
    }
  }
}

function contains(haystack: Uint8Array, needle: Buffer): boolean {
  return Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength).includes(needle);
}
