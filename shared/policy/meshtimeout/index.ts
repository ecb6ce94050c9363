import { definePolicy } from '../definePolicy.ts';
import { policyWarnings } from '../warnings.ts';
import { applyToInbound, applyToOutbound } from './apply.ts';
import { meshTimeoutSchema } from './schema.ts';
import { timeoutViolations } from './violations.ts';

export const descriptor = definePolicy({
  type: 'MeshTimeout',
  path: 'meshtimeouts',
  shortName: 'mt',
  singularDisplayName: 'Mesh Timeout',
  pluralDisplayName: 'Mesh Timeouts',
  order: 1000,
  traits: { hasTo: true, hasFrom: true, hasRules: true, isFromAsRules: true },
  schema: meshTimeoutSchema,
  validate: ({ spec }) => timeoutViolations(spec),
  warnings: ({ spec }) => policyWarnings(spec),
  effects: { outbound: applyToOutbound, inbound: applyToInbound },
});
