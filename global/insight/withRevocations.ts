import type { ZoneSync } from './zoneSync.ts';

/**
 * Says of the zones that nothing is heard of when their access was revoked, and what lets them in again.
 * @param revokedZones looked up only when there is such a zone
 */
export async function withRevocations<Z extends Pick<ZoneSync, 'name' | 'state' | 'reason'>>(
  zones: readonly Z[],
  revokedZones: () => Promise<ReadonlySet<string>>,
): Promise<readonly Z[]> {
  if (zones.every(({ state }) => state !== 'offline')) return zones;
  const revoked = await revokedZones();
  return zones.map((zone) => {
    if (zone.state !== 'offline' || !revoked.has(zone.name)) return zone;
    const why = `its zone token was revoked, or the key of it; a new one in its token file lets it in again: meridian generate zone-token --zone ${zone.name} --scope cp --valid-for 8760h`;
    return { ...zone, reason: [zone.reason, why].filter(Boolean).join('; '), revoked: true };
  });
}
