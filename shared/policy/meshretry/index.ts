import { definePolicy } from '../definePolicy.ts';
import { policyWarnings } from '../warnings.ts';
import { applyMeshRetry } from './apply.ts';
import { meshRetrySchema } from './schema.ts';
import { retryViolations } from './violations.ts';

export const descriptor = definePolicy({
  type: 'MeshRetry',
  path: 'meshretries',
  shortName: 'mr',
  singularDisplayName: 'Mesh Retry',
  pluralDisplayName: 'Mesh Retries',
  order: 1400,
  traits: { hasTo: true, hasFrom: false, hasRules: false, isFromAsRules: false },
  schema: meshRetrySchema,
  validate: ({ spec }) => retryViolations(spec),
  warnings: ({ spec }) => policyWarnings(spec),
  effects: { outbound: applyMeshRetry },
});
