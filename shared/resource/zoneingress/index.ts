import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { insightDescriptor } from '../insightDescriptor.ts';
import { zoneIngressViolations } from './rules.ts';
import { zoneIngressSchema } from './schema.ts';
import type { ZoneIngressSpec } from './spec.ts';

const zoneIngress: ResourceDescriptor<ZoneIngressSpec> = {
  type: 'ZoneIngress',
  path: 'zoneingresses',
  pathAliases: ['zone-ingresses'],
  scope: 'Global',
  shortName: 'zi',
  style: 'flat',
  singularDisplayName: 'Zone Ingress',
  pluralDisplayName: 'Zone Ingresses',
  writable: { standalone: true, global: false, zone: true },
  replication: { globalToZone: false, zoneToGlobal: true, acrossZones: true, keepsName: false },
  includeInFederation: false,
  insight: 'ZoneIngressInsight',
  overviewAliases: ['zoneingresses+insights'],
  proxyType: () => 'zoneingress',
  schema: zoneIngressSchema,
  validate: zoneIngressViolations,
};

const insight = insightDescriptor({
  type: 'ZoneIngressInsight',
  path: 'zone-ingress-insights',
  scope: 'Global',
  zoneToGlobal: true,
});

export const descriptors: readonly AnyDescriptor[] = [zoneIngress, insight];
