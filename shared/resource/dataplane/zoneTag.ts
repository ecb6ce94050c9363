import { ZONE_TAG } from '../tags.ts';
import type { DataplaneSpec } from './spec.ts';

/** A Dataplane with the tag `kuma.io/zone` on its gateway and on every inbound that has tags: its zone says where it is. */
export function withZoneTag(spec: DataplaneSpec, zone: string): DataplaneSpec {
  const { inbound, gateway } = spec.networking;
  return {
    ...spec,
    networking: {
      ...spec.networking,
      ...(inbound && {
        inbound: inbound.map((one) => (one.tags ? { ...one, tags: { ...one.tags, [ZONE_TAG]: zone } } : one)),
      }),
      ...(gateway && { gateway: { ...gateway, tags: { ...gateway.tags, [ZONE_TAG]: zone } } }),
    },
  };
}
