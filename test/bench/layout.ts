import type { SidecarSpec } from './fleet/messages.ts';

export const MESH = 'default';

export interface LayoutOptions {
  readonly sidecars: number;
  readonly services: number;
  readonly outbounds: number;
  /** Sidecars list no outbounds: their hosts redirect, and every service with a virtual IP can be called. */
  readonly virtual?: boolean;
}

/** Who offers and who calls what: sidecar `i` offers service `i` modulo the number of services, and calls some others. */
export class Layout {
  readonly sidecars: number;
  readonly services: number;
  readonly outbounds: number;
  readonly virtual: boolean;

  constructor({ sidecars, services, outbounds, virtual = false }: LayoutOptions) {
    this.sidecars = sidecars;
    this.services = services;
    this.virtual = virtual;
    this.outbounds = virtual ? services : Math.min(outbounds, services);
  }

  /** Ids of all sidecars. */
  get ids(): string[] {
    return Array.from({ length: this.sidecars }, (_, i) => this.idOf(i));
  }

  get specs(): SidecarSpec[] {
    return Array.from({ length: this.sidecars }, (_, i) => this.specOf(i));
  }

  idOf(index: number): string {
    return `${MESH}.dp-${index}`;
  }

  serviceOf(index: number): string {
    return `service-${index % this.services}`;
  }

  /** The services that sidecar `index` calls: the next ones after its own, round and round. */
  outboundsOf(index: number): string[] {
    return Array.from({ length: this.outbounds }, (_, i) => `service-${(index * 7 + i + 1) % this.services}`);
  }

  /** How a sidecar's Dataplane says what it calls. */
  #calls(index: number): object {
    if (this.virtual) return { transparentProxying: { redirectPortInbound: 15_006, redirectPortOutbound: 15_001 } };
    return {
      outbound: this.outboundsOf(index).map((target, i) => ({ port: 20_000 + i, tags: { 'kuma.io/service': target } })),
    };
  }

  /** Ids of those that call the service. */
  callersOf(service: string): string[] {
    return Array.from({ length: this.sidecars }, (_, i) => i)
      .filter((i) => this.outboundsOf(i).includes(service))
      .map((i) => this.idOf(i));
  }

  /** Dataplanes for the services that no sidecar offers. */
  get offeredByNobody(): Dataplane[] {
    const missing = Math.max(0, this.services - this.sidecars);
    return Array.from({ length: missing }, (_, i) => {
      const index = this.sidecars + i;
      return dataplane(index, `service-${index}`, `10.${220 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`);
    });
  }

  /** @param address of its inbound, found again in the endpoints of its callers */
  specOf(
    index: number,
    service = this.serviceOf(index),
    address = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  ): SidecarSpec {
    return {
      id: this.idOf(index),
      resource: JSON.stringify(dataplane(index, service, address, this.#calls(index))),
    };
  }
}

interface Dataplane {
  readonly type: 'Dataplane';
  readonly mesh: string;
  readonly name: string;
  readonly networking: object;
}

function dataplane(index: number, service: string, address: string, calls: object = {}): Dataplane {
  const tags = { 'kuma.io/service': service, 'kuma.io/protocol': 'http', 'bench-index': String(index) };
  return {
    type: 'Dataplane',
    mesh: MESH,
    name: `dp-${index}`,
    networking: {
      address,
      inbound: [{ port: 8080, servicePort: 18080, serviceAddress: '127.0.0.1', tags }],
      ...calls,
    },
  };
}
