import type { AnyDescriptor, ResourceDescriptor } from '../descriptor.ts';
import { membershipViolations } from '../mesh/membership.ts';
import type { MeshSpec } from '../mesh/spec.ts';
import { insightDescriptor } from '../insightDescriptor.ts';
import { zoneName } from '../role.ts';
import { dataplaneViolations } from './rules.ts';
import { dataplaneSchema } from './schema.ts';
import { withProbedStates } from './serviceProbe.ts';
import { withZoneTag } from './zoneTag.ts';
import type { DataplaneSpec } from './spec.ts';

const dataplane: ResourceDescriptor<DataplaneSpec> = {
  type: 'Dataplane',
  path: 'dataplanes',
  scope: 'Mesh',
  shortName: 'dp',
  style: 'flat',
  singularDisplayName: 'Dataplane',
  pluralDisplayName: 'Dataplanes',
  writable: { standalone: true, global: false, zone: true },
  replication: { globalToZone: false, zoneToGlobal: true, acrossZones: false, keepsName: false },
  includeInFederation: false,
  insight: 'DataplaneInsight',
  overviewAliases: ['dataplanes+insights'],
  proxyType: ({ networking }) => (networking.gateway?.type === 'BUILTIN' ? 'gateway' : 'sidecar'),
  complete: (spec, role, before) => withProbedStates(withZoneTag(spec, zoneName(role)), before),
  schema: dataplaneSchema,
  validate: dataplaneViolations,
  // Kuma answers a wrong member with 500; it is the client's fault, so we do not
  admit: ({ spec }, _before, mesh) => (mesh ? membershipViolations(mesh.name, mesh.spec as MeshSpec, spec) : []),
};

const insight = insightDescriptor({
  type: 'DataplaneInsight',
  path: 'dataplane-insights',
  scope: 'Mesh',
  zoneToGlobal: true,
});

export const descriptors: readonly AnyDescriptor[] = [dataplane, insight];
