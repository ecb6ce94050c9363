import type { VipSpec } from '../resource/vip/spec.ts';
import type { View } from './view.ts';

const known = new WeakMap<View, Map<string, { revision: number; vips: ReadonlyMap<string, string> }>>();

/**
 * Service → virtual IP in that zone. Of two claims for one service the earlier counts, so all instances of the zone
 * answer the same. Sorted by service.
 */
export function vipsOf(view: View, mesh: string, zone: string): ReadonlyMap<string, string> {
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const id = `${zone}/${mesh}`;
  const revision = view.revisionOf('Vip', mesh);
  const cached = meshes.get(id);
  if (cached?.revision === revision) return cached.vips;

  const claims = new Map<string, { address: string; version: number }>();
  for (const { origin, resource, version } of view.entries('Vip', mesh)) {
    const { service } = resource.spec as VipSpec;
    const earlier = claims.get(service);
    if (origin === zone && !(earlier && earlier.version <= version))
      claims.set(service, { address: resource.name, version });
  }
  const sorted = [...claims].sort(([a], [b]) => (a < b ? -1 : 1));
  const vips = new Map(sorted.map(([service, { address }]) => [service, address]));
  meshes.set(id, { revision, vips });
  return vips;
}
