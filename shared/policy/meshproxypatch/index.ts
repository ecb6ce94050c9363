import { definePolicy } from '../definePolicy.ts';
import { policyWarnings } from '../warnings.ts';
import { applyMeshProxyPatch } from './apply.ts';
import { meshProxyPatchSchema } from './schema.ts';
import { proxyPatchViolations } from './violations.ts';

export const descriptor = definePolicy({
  type: 'MeshProxyPatch',
  path: 'meshproxypatches',
  shortName: 'mpp',
  singularDisplayName: 'Mesh Proxy Patch',
  pluralDisplayName: 'Mesh Proxy Patches',
  order: 9999,
  traits: { hasTo: false, hasFrom: false, hasRules: false, isFromAsRules: false },
  schema: meshProxyPatchSchema,
  validate: ({ spec }) => proxyPatchViolations(spec),
  warnings: ({ spec }) => policyWarnings(spec),
  effects: { proxy: applyMeshProxyPatch },
});
