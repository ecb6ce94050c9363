import { definePolicy } from '../definePolicy.ts';
import { applyMeshTrafficPermission } from './apply.ts';
import { meshTrafficPermissionSchema } from './schema.ts';
import { permissionViolations } from './violations.ts';
import { permissionWarnings } from './warnings.ts';

export const descriptor = definePolicy({
  type: 'MeshTrafficPermission',
  path: 'meshtrafficpermissions',
  shortName: 'mtp',
  singularDisplayName: 'Mesh Traffic Permission',
  pluralDisplayName: 'Mesh Traffic Permissions',
  order: 1100,
  traits: { hasTo: false, hasFrom: true, hasRules: true, isFromAsRules: false },
  schema: meshTrafficPermissionSchema,
  validate: ({ spec }) => permissionViolations(spec),
  warnings: ({ spec }) => permissionWarnings(spec),
  effects: { inbound: applyMeshTrafficPermission },
});
