import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { insightDescriptor } from '../insightDescriptor.ts';
import { backendWarnings } from './backends.ts';
import { caWarnings } from './caBackends.ts';
import { withMetricsDefaults } from './metrics.ts';
import { keptKeyWarnings, withoutKeys } from './providedCa.ts';
import { admitMesh, meshViolations, rootChainWarnings } from './rules.ts';
import { meshSchema } from './schema.ts';
import type { MeshSpec } from './spec.ts';

const mesh: ResourceDescriptor<MeshSpec> = {
  type: 'Mesh',
  path: 'meshes',
  scope: 'Global',
  shortName: 'm',
  style: 'flat',
  singularDisplayName: 'Mesh',
  pluralDisplayName: 'Meshes',
  writable: { standalone: true, global: true, zone: false },
  replication: { globalToZone: true, zoneToGlobal: false, acrossZones: false, keepsName: true },
  includeInFederation: true,
  complete: (spec) => (spec.metrics ? { ...spec, metrics: withMetricsDefaults(spec.metrics) } : spec),
  schema: meshSchema,
  validate: meshViolations,
  admit: admitMesh,
  withoutSecrets: withoutKeys,
  warnings: (resource) => [
    ...keptKeyWarnings(resource),
    ...rootChainWarnings(resource),
    ...caWarnings(resource.spec.mtls?.backends),
    ...backendWarnings(resource.spec.logging, resource.spec.tracing),
  ],
};

const meshInsight = insightDescriptor({
  type: 'MeshInsight',
  path: 'mesh-insights',
  scope: 'Global',
  zoneToGlobal: false,
});

export const descriptors: readonly AnyDescriptor[] = [mesh, meshInsight];
