import type { Violation } from '../../resource/violation.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { topLevelViolations } from '../validateTargetRefs.ts';
import { envoyValue } from './envoyValue.ts';
import { type MeshProxyPatchSpec, type Modification, type Part, partOf } from './schema.ts';

const PARTS: readonly Part[] = ['cluster', 'listener', 'networkFilter', 'httpFilter', 'virtualHost'];
const BY_NAME = ['AddBefore', 'AddAfter'];

/** §3.14. A value that Envoy would not understand is refused here, before it reaches a proxy. */
export function proxyPatchViolations(spec: MeshProxyPatchSpec): Violation[] {
  return [
    ...topLevelViolations(spec, { top: PROXY_KINDS }),
    ...spec.default.appendModifications.flatMap((one, i) =>
      modificationViolations(one, `spec.default.appendModifications[${i}]`),
    ),
  ];
}

function modificationViolations(modification: Modification, field: string): Violation[] {
  const given = PARTS.filter((part) => modification[part] !== undefined);
  const part = partOf(modification);
  if (given.length !== 1 || !part)
    return [
      {
        field,
        reason: `exactly one modification can be defined at a time. Currently, ${given.length} modifications are defined`,
      },
    ];
  const { operation, match, value, jsonPatches = [] } = modification[part] ?? { operation: 'Add' as const };
  const at = `${field}.${part}`;
  const violations: Violation[] = [];
  const isAdd = operation.startsWith('Add');
  if (operation === 'Add' && match) violations.push({ field: `${at}.match`, reason: 'cannot be defined' });
  if (BY_NAME.includes(operation) && !match?.name)
    violations.push({ field: `${at}.match.name`, reason: 'must be defined' });
  if (operation === 'Patch' && (part === 'networkFilter' || part === 'httpFilter') && !match?.name) {
    violations.push({ field: `${at}.match.name`, reason: 'must be defined' });
  }
  if (isAdd && value === undefined) violations.push({ field: `${at}.value`, reason: 'must be defined' });
  if (operation === 'Patch' && (value === undefined) === (jsonPatches.length === 0)) {
    violations.push({ field: at, reason: "exactly one of 'value' or 'jsonPatches' must be defined" });
  }
  if (operation !== 'Patch' && jsonPatches.length > 0)
    violations.push({ field: `${at}.jsonPatches`, reason: 'can only be defined with operation Patch' });
  if (operation === 'Remove' && value !== undefined)
    violations.push({ field: `${at}.value`, reason: 'cannot be defined' });
  return [...violations, ...valueViolations(part, value, `${at}.value`)];
}

function valueViolations(part: Part, value: string | undefined, field: string): Violation[] {
  if (value === undefined) return [];
  try {
    envoyValue(part, value);
    return [];
  } catch (error) {
    return [{ field, reason: `native Envoy resource is not valid: ${(error as Error).message}` }];
  }
}
