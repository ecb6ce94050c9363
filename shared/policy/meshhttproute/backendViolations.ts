import type { Violation } from '../../resource/violation.ts';
import { targetRefViolations } from '../targetRefViolations.ts';
import type { BackendRef } from './schema.ts';

/** A backend is a value of `kuma.io/service`. With a port or section it would be a MeshService resource. */
export function backendViolations(ref: BackendRef, field: string): Violation[] {
  const narrowed = ref.port !== undefined ? 'port' : ref.sectionName ? 'sectionName' : undefined;
  return [
    ...targetRefViolations(ref, field, { kinds: ['MeshService', 'MeshServiceSubset'] }),
    ...(ref.labels && ref.kind === 'MeshService' ? [notYet(`${field}.labels`)] : []),
    ...(narrowed ? [notYet(`${field}.${narrowed}`)] : []),
  ];
}

function notYet(field: string): Violation {
  return { field, reason: 'MeshService resources are not supported yet: name a value of kuma.io/service' };
}
