import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { insightDescriptor } from '../insightDescriptor.ts';
import { adminViolations, portViolations, zoneAddressViolations } from '../zoneProxyNetworking.ts';
import { zoneEgressSchema } from './schema.ts';
import type { ZoneEgressSpec } from './spec.ts';

const zoneEgress: ResourceDescriptor<ZoneEgressSpec> = {
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
  schema: zoneEgressSchema,
  validate: ({ spec: { networking } }) => [
    ...adminViolations(networking),
    ...zoneAddressViolations(networking.address, 'networking.address'),
    ...portViolations(networking.port, 'networking.port'),
  ],
};

const insight = insightDescriptor({
  type: 'ZoneEgressInsight',
  path: 'zoneegressinsights',
  scope: 'Global',
  zoneToGlobal: true,
});

export const descriptors: readonly AnyDescriptor[] = [zoneEgress, insight];
