import type { Resource } from '../../shared/resource/resource.ts';
import { PROXY_KINDS } from '../../shared/snapshot/proxy.ts';
import type { ListensAt } from '../../shared/snapshot/admin.ts';
import type { View } from '../../shared/view/view.ts';
import { resourceType } from './proxyResource.ts';

/** Kuma's (`bootstrapServer.params.adminPort`). */
const DEFAULT_PORT = 9901;
/** Whoever was told a port is in the view within that time, or does not come. */
const COMING_MS = 60_000;

interface WithAdmin {
  readonly networking: ListensAt & { readonly admin?: { readonly port?: number | undefined } | undefined };
}

/**
 * The admin ports of proxies whose resource names none. In Kuma each has 9901, and a second Envoy at the same address does not start.
 * Here only a proxy that is alone at its address has it: two would listen there together, and either would answer for the other.
 */
export class DefaultAdminPorts {
  readonly #view: View;
  readonly #zone: string;
  /** address → who was told the port there last, the oldest first. */
  readonly #told = new Map<string, { readonly id: string; readonly at: number }>();

  constructor(view: View, zone: string) {
    this.#view = view;
    this.#zone = zone;
  }

  /** @returns 0: none. */
  of(resource: Resource, now: Date): number {
    const { address } = (resource.spec as WithAdmin).networking;
    const id = idOf(resource);
    this.#forget(now.getTime());
    const told = this.#told.get(address);
    if ((told && told.id !== id) || this.#isTaken(address, id)) return 0;
    this.#told.delete(address);
    this.#told.set(address, { id, at: now.getTime() });
    return DEFAULT_PORT;
  }

  #isTaken(address: string, id: string): boolean {
    for (const kind of PROXY_KINDS) {
      for (const { origin, resource } of this.#view.entriesOfType(resourceType(kind))) {
        const { networking } = resource.spec as WithAdmin;
        if (origin !== this.#zone || networking.address !== address || idOf(resource) === id) continue;
        if ((networking.admin?.port || DEFAULT_PORT) === DEFAULT_PORT) return true;
      }
    }
    return false;
  }

  #forget(now: number): void {
    for (const [address, { at }] of this.#told) {
      if (now - at < COMING_MS) return;
      this.#told.delete(address);
    }
  }
}

function idOf({ type, mesh, name }: Resource): string {
  return `${type} ${mesh} ${name}`;
}
