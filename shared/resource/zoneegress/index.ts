import { z } from 'zod';
import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { insightDescriptor } from '../insightDescriptor.ts';

/** Known so that its lists answer, as kumactl expects; writing one is refused, since the product makes no egress yet. */
const zoneEgress: ResourceDescriptor<Record<string, unknown>> = {
  type: 'ZoneEgress',
  path: 'zoneegresses',
  pathAliases: ['zone-egresses'],
  scope: 'Global',
  shortName: 'ze',
  style: 'flat',
  singularDisplayName: 'Zone Egress',
  pluralDisplayName: 'Zone Egresses',
  writable: { standalone: true, global: false, zone: true },
  replication: { globalToZone: false, zoneToGlobal: true, acrossZones: false, keepsName: false },
  includeInFederation: false,
  insight: 'ZoneEgressInsight',
  overviewAliases: ['zoneegressoverviews'],
  proxyType: () => 'zoneegress',
  schema: z.record(z.string(), z.unknown()),
  validate: () => [{ field: 'type', reason: 'ZoneEgress is not supported yet' }],
};

const insight = insightDescriptor({
  type: 'ZoneEgressInsight',
  path: 'zoneegressinsights',
  scope: 'Global',
  zoneToGlobal: true,
});

export const descriptors: readonly AnyDescriptor[] = [zoneEgress, insight];
