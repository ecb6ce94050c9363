/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/**
 * Canonical JSON: object keys sorted, `undefined` left out. Two values that mean the same give the same text, so it may
 * be hashed or compared (the version of an Envoy resource, "a PUT that changes nothing appends nothing").
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Record<string, unknown>;
  // Every resource goes through here at a zone's start: no arrays of pairs, no comparison of ours.
  let fields = '';
  for (const key of Object.keys(object).sort()) {
    const field = object[key];
    if (field === undefined) continue;
    fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${fields}}`;
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
