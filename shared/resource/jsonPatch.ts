import { isObject } from './json.ts';

/** An operation of RFC 6902, as far as differences need them. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The operations that make `after` of `before`. Lists are compared place by place; what is longer is added or removed at the end. */
export function jsonPatch(before: unknown, after: unknown, path = ''): PatchOperation[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listPatch(before, after, path);
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => memberPatch(before, after, key, `${path}/${pointer(key)}`));
  }
  return [{ op: 'replace', path, value: after }];
}

function memberPatch(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  key: string,
  path: string,
): PatchOperation[] {
  if (!Object.hasOwn(after, key)) return [{ op: 'remove', path }];
  if (!Object.hasOwn(before, key)) return [{ op: 'add', path, value: after[key] }];
  return jsonPatch(before[key], after[key], path);
}

function listPatch(before: readonly unknown[], after: readonly unknown[], path: string): PatchOperation[] {
  const common = Math.min(before.length, after.length);
  const changed = after.slice(0, common).flatMap((value, i) => jsonPatch(before[i], value, `${path}/${i}`));
  const added = after.slice(common).map((value): PatchOperation => ({ op: 'add', path: `${path}/-`, value }));
  // from the end, so that the places of the others stay
  const removed = before
    .slice(common)
    .map((_, i): PatchOperation => ({ op: 'remove', path: `${path}/${common + i}` }))
    .reverse();
  return [...changed, ...added, ...removed];
}

/** A key as part of a JSON pointer (RFC 6901). */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
