import { definePolicy } from '../definePolicy.ts';
import { applyToInbound, applyToOutbound } from './apply.ts';
import { meshTimeoutSchema } from './schema.ts';

export const descriptor = definePolicy({
  type: 'MeshTimeout',
  path: 'meshtimeouts',
  shortName: 'mt',
  singularDisplayName: 'Mesh Timeout',
  pluralDisplayName: 'Mesh Timeouts',
  order: 1000,
  traits: { hasTo: true, hasFrom: true, hasRules: true, isFromAsRules: true },
  schema: meshTimeoutSchema,
  effects: { outbound: applyToOutbound, inbound: applyToInbound },
});
