import { z } from 'zod';
import type { ResourceDescriptor } from '../descriptor.ts';
import type { VipSpec } from './spec.ts';

export const descriptor: ResourceDescriptor<VipSpec> = {
  type: 'Vip',
  path: 'vips',
  scope: 'Mesh',
  style: 'spec',
  singularDisplayName: 'Vip',
  pluralDisplayName: 'Vips',
  writable: { standalone: false, global: false, zone: false },
  replication: { globalToZone: false, zoneToGlobal: false, acrossZones: false, keepsName: true },
  includeInFederation: false,
  internal: true,
  schema: z.object({ service: z.string() }),
};
