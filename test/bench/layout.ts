import type { SidecarSpec } from './fleet/messages.ts';

export const MESH = 'default';

export interface LayoutOptions {
  readonly sidecars: number;
  readonly services: number;
  readonly outbounds: number;
}

/** Who offers and who calls what: sidecar `i` offers service `i` modulo their number and calls some others. */
export class Layout {
  readonly sidecars: number;
  readonly services: number;
  readonly outbounds: number;

  constructor({ sidecars, services, outbounds }: LayoutOptions) {
    this.sidecars = sidecars;
    this.services = services;
    this.outbounds = Math.min(outbounds, services);
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

  /** Ids of those that call the service. */
  callersOf(service: string): string[] {
    return Array.from({ length: this.sidecars }, (_, i) => i)
      .filter((i) => this.outboundsOf(i).includes(service))
      .map((i) => this.idOf(i));
  }

  specOf(index: number, service?: string, address?: string): SidecarSpec {
    return { id: this.idOf(index), resource: JSON.stringify(this.dataplane(index, service, address)) };
  }

  /** The Dataplane of a sidecar. @param address of its inbound, found again in the endpoints of its callers */
  dataplane(
    index: number,
    service = this.serviceOf(index),
    address = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  ): object {
    return {
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
  }
}
