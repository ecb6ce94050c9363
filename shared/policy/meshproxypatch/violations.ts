import type { Violation } from '../../resource/violation.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { topLevelViolations } from '../validateTargetRefs.ts';
import { envoyMessage, envoyValue } from './envoyValue.ts';
import { jsonPatchViolations } from './jsonPatchViolations.ts';
import { type MeshProxyPatchSpec, type Modification, type Part, partOf } from './schema.ts';

const PARTS: readonly Part[] = ['cluster', 'listener', 'networkFilter', 'httpFilter', 'virtualHost'];

/** Whose name Kuma insists on, in its words. */
const NAME_NEEDED: Readonly<Record<string, string>> = {
  AddBefore: 'must be defined. You need to pick a filter before which this one will be added',
  AddAfter: 'must be defined. You need to pick a filter after which this one will be added',
  Patch: 'must be defined',
};

/** What is wrong with a MeshProxyPatch, in Kuma's words. A value that Envoy would not understand is refused here, before it reaches a proxy. */
export function proxyPatchViolations(spec: MeshProxyPatchSpec): Violation[] {
  const modifications = spec.default.appendModifications;
  const field = 'spec.default.appendModifications';
  return [
    ...topLevelViolations(spec, { top: PROXY_KINDS }),
    ...(modifications.length === 0 ? [{ field, reason: 'must not be empty' }] : []),
    ...modifications.flatMap((one, i) => modificationViolations(one, `${field}[${i}]`)),
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
  const add = (name: string, reason: string) => violations.push({ field: name ? `${at}.${name}` : at, reason });
  const isFilter = part === 'networkFilter' || part === 'httpFilter';
  // a virtual host is added to the route configurations that its match selects
  if (operation === 'Add' && part !== 'virtualHost' && match) add('match', 'must not be defined');
  if (operation === 'Add' && part === 'virtualHost' && match?.name) add('match.name', 'must not be defined');
  const needed = isFilter && !match?.name ? NAME_NEEDED[operation] : undefined;
  if (needed) add('match.name', needed);
  if (operation.startsWith('Add') && value === undefined) add('value', 'must be defined');
  if (operation === 'Remove' && value !== undefined) add('value', 'must not be defined');
  if (operation !== 'Patch' && jsonPatches.length > 0) add('jsonPatches', 'can only be defined with operation Patch');
  if (operation === 'Patch' && value === undefined && jsonPatches.length === 0)
    add('', `${part} must have exactly one defined: value, jsonPatches`);
  if (operation === 'Patch' && value !== undefined && jsonPatches.length > 0)
    add('', `${part} must have only one type defined: value, jsonPatches`);
  const isMeant = operation.startsWith('Add') || (operation === 'Patch' && jsonPatches.length === 0);
  return [
    ...violations,
    ...(isMeant ? valueViolations(part, value, `${at}.value`, operation.startsWith('Add')) : []),
    ...(value === undefined ? jsonPatchViolations(jsonPatches, `${at}.jsonPatches`) : []),
  ];
}

/** @param isWhole a resource of its own, so it needs a name, and domains if it is a virtual host; a value that is merged does not. */
function valueViolations(part: Part, value: string | undefined, field: string, isWhole: boolean): Violation[] {
  if (value === undefined) return [];
  try {
    const { name, domains } = envoyValue(part, value);
    const invalid = (fieldName: string, what: string) =>
      new Error(`invalid ${envoyMessage(part).name}.${fieldName}: value ${what}`);
    if (isWhole && !name) throw invalid('Name', 'length must be at least 1 runes');
    if (isWhole && part === 'virtualHost' && !domains) throw invalid('Domains', 'must contain at least 1 item(s)');
    return [];
  } catch (error) {
    return [{ field, reason: `native Envoy resource is not valid: ${(error as Error).message}` }];
  }
}
