import { deprecations } from './deprecations.ts';
import type { PolicySpec } from './policySpec.ts';

const NO_EFFECT = 'has no effect, MeshService resources are not supported yet: name a value of kuma.io/service';

/** What who writes a targetRef policy is told although it is valid. */
export function policyWarnings(spec: PolicySpec): string[] {
  return [...deprecations(spec), ...destinationWarnings(spec)];
}

/** A MeshService with labels or a section is the resource of that kind, of which there is none here. */
function destinationWarnings({ to = [] }: PolicySpec): string[] {
  return to.flatMap(({ targetRef: { kind, labels, sectionName } }, i) => {
    if (kind !== 'MeshService') return [];
    const field = labels ? 'labels' : sectionName ? 'sectionName' : undefined;
    return field ? [`spec.to[${i}].targetRef.${field}: ${NO_EFFECT}`] : [];
  });
}
