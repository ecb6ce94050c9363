/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** Is it an object of JSON, no list? */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * Canonical JSON: object keys sorted, `undefined` left out. Two values that mean the same give the same text, so it may
 * be hashed or compared (the version of an Envoy resource, "a PUT that changes nothing appends nothing").
 */
export function canonicalJson(value: unknown): string {
  // Every resource goes through here at a zone's start: a sorted copy, written by V8, takes a third of the time.
  const sorted = sortedCopy(value);
  return sorted === CANNOT_BE_SORTED ? written(value) : (JSON.stringify(sorted) ?? 'null');
}

const CANNOT_BE_SORTED = Symbol();

/** An object keeps its fields in the order in which they were set, except numbers, which go first; and one name sets something else. */
function sortedCopy(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(sortedCopy);
    return items.includes(CANNOT_BE_SORTED) ? CANNOT_BE_SORTED : items;
  }
  const copy: Record<string, unknown> = {};
  for (const key of inOrder(Object.keys(value))) {
    const field = sortedCopy((value as Record<string, unknown>)[key]);
    if (field === CANNOT_BE_SORTED || isDigit(key.charCodeAt(0)) || key === '__proto__') return CANNOT_BE_SORTED;
    copy[key] = field;
  }
  return copy;
}

function written(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const object = value as Record<string, unknown>;
  const fields = inOrder(Object.keys(object)).filter((key) => object[key] !== undefined);
  return `{${fields.map((key) => `${JSON.stringify(key)}:${written(object[key])}`).join(',')}}`;
}

/** Mostly a few, for which V8's own sorting takes longer. */
function inOrder(keys: string[]): string[] {
  if (keys.length > 16) return keys.sort();
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] as string;
    let to = at;
    for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Would both be written as the same JSON text, the order of fields included? Stops at the first difference. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b);
  if (Array.isArray(b)) return false;
  const others = Object.keys(b);
  let at = 0;
  // Every part of every proxy that is built goes through here: this takes a third of the time of two arrays of names and a call for each.
  for (const name in a) {
    if (name !== others[at++]) return false;
    if (!isSameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  return at === others.length;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!isSameJson(a[at], b[at])) return false;
  return true;
}
