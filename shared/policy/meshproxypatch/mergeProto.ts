import type { Json, JsonObject } from '../../resource/json.ts';

/**
 * Merges like protobuf: scalars are replaced, messages and maps merged field by field, lists appended. An `Any` of another
 * type is replaced as a whole.
 */
export function mergeProto(target: JsonObject, patch: JsonObject): void {
  for (const [field, value] of Object.entries(patch)) {
    const before = target[field];
    if (Array.isArray(before) && Array.isArray(value)) target[field] = [...before, ...structuredClone(value)];
    else if (isMessage(before) && isMessage(value) && sameType(before, value)) mergeProto(before, value);
    else target[field] = structuredClone(value);
  }
}

function sameType(a: JsonObject, b: JsonObject): boolean {
  return b['@type'] === undefined || a['@type'] === b['@type'];
}

function isMessage(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
