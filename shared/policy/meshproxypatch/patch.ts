import type { JsonObject } from '../../resource/json.ts';
import { envoyMessage, envoyValue, normalised } from './envoyValue.ts';
import { applyJsonPatches } from './jsonPatch.ts';
import { mergeProto } from './mergeProto.ts';
import type { JsonPatch, Part } from './schema.ts';

/** What a Patch changes by: a value that is merged, or else JSON patches. */
export interface Change {
  readonly value?: string | undefined;
  readonly jsonPatches?: readonly JsonPatch[] | undefined;
}

/**
 * A changed copy. Of filters only the typed config changes: of a value nothing else counts, JSON patches begin there, as in Kuma.
 * @throws Error naming the resource when it has not got what is to be changed, or would no longer be one of Envoy's
 */
export function patched(part: Part, before: JsonObject, { value, jsonPatches = [] }: Change): JsonObject {
  const copy = structuredClone(before);
  if (value !== undefined) mergeProto(copy, meant(part, envoyValue(part, value)), envoyMessage(part));
  if (jsonPatches.length === 0) return copy;
  try {
    applyJsonPatches(rootOf(part, copy), jsonPatches);
    return normalised(part, copy);
  } catch (cause) {
    throw new Error(`MeshProxyPatch of ${part} ${before.name}: ${(cause as Error).message}`, { cause });
  }
}

function meant(part: Part, value: JsonObject): JsonObject {
  if (!isFilter(part)) return value;
  return value.typedConfig === undefined ? {} : { typedConfig: value.typedConfig };
}

function isFilter(part: Part): boolean {
  return part === 'networkFilter' || part === 'httpFilter';
}

function rootOf(part: Part, resource: JsonObject): JsonObject {
  if (!isFilter(part)) return resource;
  if (!resource.typedConfig) throw new Error('it has no typed config');
  return resource.typedConfig as JsonObject;
}
