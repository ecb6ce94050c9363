import { definePolicy } from '../definePolicy.ts';
import { applyMeshTrafficPermission } from './apply.ts';
import { meshTrafficPermissionSchema } from './schema.ts';

export const descriptor = definePolicy({
  type: 'MeshTrafficPermission',
  path: 'meshtrafficpermissions',
  shortName: 'mtp',
  singularDisplayName: 'Mesh Traffic Permission',
  pluralDisplayName: 'Mesh Traffic Permissions',
  order: 1100,
  traits: { hasTo: false, hasFrom: true, hasRules: true, isFromAsRules: false },
  schema: meshTrafficPermissionSchema,
  effects: { inbound: applyMeshTrafficPermission },
});
