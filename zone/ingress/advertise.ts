import { canonicalJson } from '../../shared/resource/json.ts';
import type { AvailableService, ZoneIngressSpec } from '../../shared/resource/zoneingress/spec.ts';
import type { View } from '../../shared/view/view.ts';
import type { ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly log: ZoneLog;
  /** What this zone offers to the others: healthy local inbounds, grouped by mesh and tags. */
  readonly availableServices: () => readonly AvailableService[];
  readonly now: () => Date;
};

/**
 * Keeps `availableServices` of this zone's ingresses at what the zone serves; the other zones source them. All
 * ingresses of a zone carry the same list. Written only when it changed, upon the version that was read.
 * @returns sequence of the last write, 0 when there was nothing to write.
 * @throws StaleWrite when the ingress changed meanwhile; run again.
 */
export async function advertise({ view, zone, log, availableServices, now }: Deps): Promise<number> {
  let last = 0;
  const own = [...view.entries('ZoneIngress', '')].filter(({ origin }) => origin === zone);
  if (own.length === 0) return last;
  const services = availableServices();
  const wanted = canonicalJson(services);
  for (const { resource, version } of own) {
    const spec = resource.spec as ZoneIngressSpec;
    if (canonicalJson(spec.availableServices ?? []) === wanted) continue;
    last = await log.put(
      { ...resource, modificationTime: now().toISOString(), spec: { ...spec, availableServices: services } },
      version,
    );
  }
  return last;
}
