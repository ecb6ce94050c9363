import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Json, JsonObject } from '../../resource/json.ts';
import { registry } from '../../xds/gen/registry.js';

/**
 * Merges like protobuf: scalars are replaced, messages and maps merged field by field, lists appended; a member of a oneof takes
 * the place of another. An `Any` of another type is replaced as a whole.
 * @param message what both are
 */
export function mergeProto(target: JsonObject, patch: JsonObject, message: DescMessage | undefined): void {
  for (const [name, value] of Object.entries(patch)) {
    const field = message?.fields.find(({ jsonName }) => jsonName === name);
    for (const other of field?.oneof?.fields ?? []) if (other !== field) delete target[other.jsonName];
    mergeField(target, name, value, field);
  }
}

function mergeField(target: JsonObject, name: string, value: Json, field: DescField | undefined): void {
  const before = target[name];
  if (Array.isArray(before) && Array.isArray(value)) target[name] = [...before, ...structuredClone(value)];
  else if (!isMessage(before) || !isMessage(value) || !sameType(before, value)) target[name] = structuredClone(value);
  else if (field?.fieldKind !== 'map') mergeProto(before, value, messageOf(value, field?.message));
  else for (const [key, entry] of Object.entries(value)) mergeField(before, key, entry, undefined);
}

/** What an `Any` holds, or what the field is declared as. */
function messageOf(value: JsonObject, declared: DescMessage | undefined): DescMessage | undefined {
  const type = value['@type'];
  return typeof type === 'string' ? registry.getMessage(type.slice(type.lastIndexOf('/') + 1)) : declared;
}

function sameType(a: JsonObject, b: JsonObject): boolean {
  return b['@type'] === undefined || a['@type'] === b['@type'];
}

function isMessage(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
