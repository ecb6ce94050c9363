import type { Violation } from '../../resource/violation.ts';
import { targetRefViolations } from '../targetRefViolations.ts';
import type { BackendRef } from './schema.ts';

/** A backend is a value of `kuma.io/service`. With a port or section it would be a MeshService resource. */
export function backendViolations(ref: BackendRef, field: string): Violation[] {
  const narrowed = ref.port !== undefined ? 'port' : ref.sectionName ? 'sectionName' : undefined;
  return [
    ...targetRefViolations(ref, field, { kinds: ['MeshService', 'MeshServiceSubset'] }),
    ...valueViolations(ref, `${field}.tags`),
    ...(ref.labels && ref.kind === 'MeshService' ? [notYet(`${field}.labels`)] : []),
    ...(narrowed ? [notYet(`${field}.${narrowed}`)] : []),
  ];
}

/** What an SNI says must be one value: of another zone's ingress it is asked for as a whole. Kuma lets it pass, and Envoy refuses it. */
function valueViolations({ tags = {} }: BackendRef, field: string): Violation[] {
  return Object.entries(tags).flatMap(([name, value]) =>
    value === '*'
      ? [{ field: `${field}[${JSON.stringify(name)}]`, reason: 'must be one value, a backend cannot be any' }]
      : [],
  );
}

function notYet(field: string): Violation {
  return { field, reason: 'MeshService resources are not supported yet: name a value of kuma.io/service' };
}
