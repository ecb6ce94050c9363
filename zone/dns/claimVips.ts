import type { Resource } from '../../shared/resource/resource.ts';
import type { VipSpec } from '../../shared/resource/vip/spec.ts';
import type { View } from '../../shared/view/view.ts';
import { StaleWrite, type ZoneLog } from '../replica/ports.ts';
import { nextFree, type VipRange } from './vipRange.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly range: VipRange;
  readonly log: ZoneLog;
  /** Services of a mesh that need a virtual IP: all that a proxy of this zone can call. */
  readonly services: (mesh: string) => Iterable<string>;
  readonly now: () => Date;
  /** Told of a claim that the log has and the view lacks, once. */
  readonly onLacking: (error: Error) => void;
};

/** Refused so often, and still not in the view: its message does not come, or could not be applied. */
const LACKING = 3;

/**
 * Claims a virtual IP for every service that has none. A claim is a message on the subject of the address, written
 * only if there is none yet, so instances of a zone never give one address twice; if two claim two addresses for one
 * service, the view takes the earlier. Claims are never given back: somebody may hold the address. An address whose claim
 * the view lacks is passed over.
 * @returns to be run after every change: sequence of the last claim, 0 when there was nothing to claim. It rejects with
 * StaleWrite when another instance was first; its claim arrives in the view, then run again.
 */
export function claimVips(deps: Deps): () => Promise<number> {
  const { view, log, onLacking } = deps;
  /** Mesh → address → how often the log refused a claim of it while the view had none. */
  const refused = new Map<string, Map<string, number>>();
  const claimInMesh = async (mesh: string): Promise<number> => {
    const refusals = refused.get(mesh) ?? new Map<string, number>();
    refused.set(mesh, refusals);
    const claims = missing(deps, mesh, refusals);
    // Together, since each is answered when it is on the disk; a stale one is told when the others have their answer.
    const written = await Promise.allSettled(claims.map((claim) => log.put(claim, 0)));
    for (const [index, one] of written.entries()) {
      const address = claims[index]?.name ?? '';
      if (one.status === 'fulfilled' || !(one.reason instanceof StaleWrite)) continue;
      const times = (refusals.get(address) ?? 0) + 1;
      refusals.set(address, times);
      if (times === LACKING)
        onLacking(
          new Error(`${address} of mesh "${mesh}" is claimed in the zone's log, but not here: it is passed over`),
        );
    }
    return written.reduce((last, one) => {
      if (one.status === 'rejected') throw one.reason;
      return Math.max(last, one.value);
    }, 0);
  };
  return async () => {
    let last = 0;
    for (const { resource } of view.entries('Mesh', '')) last = (await claimInMesh(resource.name)) || last;
    return last;
  };
}

/** The claims of those services that have no address. */
function missing(
  { view, zone, range, services, now }: Deps,
  mesh: string,
  refusals: Map<string, number>,
): Resource<VipSpec>[] {
  const claims: Resource<VipSpec>[] = [];
  const taken = new Set<string>();
  const served = new Set<string>();
  for (const { resource } of view.entries('Vip', mesh)) {
    taken.add(resource.name);
    served.add((resource.spec as VipSpec).service);
    refusals.delete(resource.name);
  }
  for (const [address, times] of refusals) if (times >= LACKING) taken.add(address);
  for (const service of [...services(mesh)].filter((name) => !served.has(name)).sort()) {
    // The lower ones are taken, as a rule; those that were claimed in another range say nothing of this one.
    const address = nextFree(range, taken, taken.size) ?? nextFree(range, taken);
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
  return claims;
}
