import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { insightDescriptor } from '../insightDescriptor.ts';
import { message, optionalFlag } from '../protoJson.ts';
import type { ZoneSpec } from './spec.ts';

const zone: ResourceDescriptor<ZoneSpec> = {
  type: 'Zone',
  path: 'zones',
  scope: 'Global',
  shortName: 'z',
  style: 'flat',
  singularDisplayName: 'Zone',
  pluralDisplayName: 'Zones',
  // A zone keeps one Zone for itself, which goes nowhere else.
  writable: { standalone: true, global: true, zone: true },
  replication: { globalToZone: false, zoneToGlobal: false, acrossZones: false, keepsName: true },
  includeInFederation: false,
  insight: 'ZoneInsight',
  overviewAliases: ['zones+insights'],
  schema: message({ enabled: optionalFlag }),
};

const insight = insightDescriptor({ type: 'ZoneInsight', path: 'zone-insights', scope: 'Global', zoneToGlobal: false });

export const descriptors: readonly AnyDescriptor[] = [zone, insight];
