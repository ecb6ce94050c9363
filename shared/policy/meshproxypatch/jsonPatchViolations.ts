import type { Violation } from '../../resource/violation.ts';
import type { JsonPatch } from './schema.ts';

/** What each operation needs besides a path, and must not have (RFC 6902, section 4), in Kuma's words. */
export function jsonPatchViolations(patches: readonly JsonPatch[], field: string): Violation[] {
  return patches.flatMap(({ op, path, from, value }, i): Violation[] => {
    const at = `${field}[${i}]`;
    const isRoot = path === '' || path === '/';
    return [
      ...needed('from', from, ['move', 'copy'], op, at),
      ...needed('value', value, ['add', 'replace'], op, at),
      ...(isRoot && op === 'remove' ? [{ field: `${at}.path`, reason: 'root path cannot be removed' }] : []),
      ...(isPointer(path) || isRoot ? [] : [{ field: `${at}.path`, reason: NOT_A_POINTER }]),
      ...(from === undefined || isPointer(from) ? [] : [{ field: `${at}.from`, reason: NOT_A_POINTER }]),
    ];
  });
}

const NOT_A_POINTER = 'must be a JSON pointer: it starts with /';

function isPointer(path: string): boolean {
  return path.startsWith('/');
}

function needed(name: string, value: unknown, ops: readonly string[], op: string, at: string): Violation[] {
  if (ops.includes(op) === (value !== undefined)) return [];
  const problem = value === undefined ? 'must not be empty' : 'is allowed only';
  const list = ops.map((one) => `"${one}"`).join(', ');
  return [{ field: `${at}.${name}`, reason: `"${name}" ${problem} when "op" is one of [${list}]` }];
}
