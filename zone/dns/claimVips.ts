import type { Resource } from '../../shared/resource/resource.ts';
import type { VipSpec } from '../../shared/resource/vip/spec.ts';
import type { View } from '../../shared/view/view.ts';
import type { ZoneLog } from '../replica/ports.ts';
import { nextFree, type VipRange } from './vipRange.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly range: VipRange;
  readonly log: ZoneLog;
  /** Services of a mesh that need a virtual IP: all that a proxy of this zone can call. */
  readonly services: (mesh: string) => Iterable<string>;
  readonly now: () => Date;
};

/**
 * Claims a virtual IP for every service that has none (D14). A claim is a message on the subject of the address, written
 * only if there is none yet, so instances of a zone never give one address twice; if two claim two addresses for one
 * service, the view takes the earlier. Claims are never given back: somebody may hold the address.
 * @returns sequence of the last claim, 0 when there was nothing to claim.
 * @throws StaleWrite when another instance was first; its claim arrives in the view, then run again.
 */
export async function claimVips(deps: Deps): Promise<number> {
  let last = 0;
  for (const { resource } of deps.view.entries('Mesh', '')) last = (await claimInMesh(deps, resource.name)) || last;
  return last;
}

async function claimInMesh({ view, zone, range, log, services, now }: Deps, mesh: string): Promise<number> {
  const claims: Resource<VipSpec>[] = [];
  const taken = new Set<string>();
  const served = new Set<string>();
  for (const { resource } of view.entries('Vip', mesh)) {
    taken.add(resource.name);
    served.add((resource.spec as VipSpec).service);
  }
  for (const service of [...services(mesh)].filter((name) => !served.has(name)).sort()) {
    const address = nextFree(range, taken, taken.size);
    if (!address) throw new Error(`no virtual IP is left in dns.cidr for service "${service}" of mesh "${mesh}"`);
    taken.add(address);
    const at = now().toISOString();
    claims.push({
      type: 'Vip',
      mesh,
      name: address,
      labels: { 'kuma.io/zone': zone },
      creationTime: at,
      modificationTime: at,
      spec: { service },
    });
  }
  // Together, since each is answered when it is on the disk; a stale one is told when the others have their answer.
  const written = await Promise.allSettled(claims.map((claim) => log.put(claim, 0)));
  return written.reduce((last, one) => {
    if (one.status === 'rejected') throw one.reason;
    return Math.max(last, one.value);
  }, 0);
}
