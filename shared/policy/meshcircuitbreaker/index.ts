import { definePolicy } from '../definePolicy.ts';
import { policyWarnings } from '../warnings.ts';
import { applyToInbound, applyToOutbound } from './apply.ts';
import { meshCircuitBreakerSchema } from './schema.ts';
import { circuitBreakerViolations } from './violations.ts';

export const descriptor = definePolicy({
  type: 'MeshCircuitBreaker',
  path: 'meshcircuitbreakers',
  shortName: 'mcb',
  singularDisplayName: 'Mesh Circuit Breaker',
  pluralDisplayName: 'Mesh Circuit Breakers',
  order: 1300,
  traits: { hasTo: true, hasFrom: true, hasRules: true, isFromAsRules: true },
  schema: meshCircuitBreakerSchema,
  validate: ({ spec }) => circuitBreakerViolations(spec),
  warnings: ({ spec }) => policyWarnings(spec),
  effects: { outbound: applyToOutbound, inbound: applyToInbound },
});
