import { jsonPatch, type PatchOperation } from '../../resource/jsonPatch.ts';
import type { CheckedPut } from '../crud/checkPut.ts';
import { type JsonFields, resourceJson } from '../resourceJson.ts';

/** One difference, and what was there before. */
export type Difference = PatchOperation & { readonly was?: unknown };

/** What is named beside the difference, and what no author writes. */
const APART = ['type', 'mesh', 'name', 'creationTime', 'modificationTime', 'kri', 'status'];

const HIDDEN = 'not shown';

/** From the resource that is there to the one that would be, as it is shown: what a secret holds is not. */
export function resourceDiff({ descriptor, resource, existing }: CheckedPut): readonly Difference[] {
  const shown = (one: CheckedPut['resource'] | undefined): JsonFields => {
    if (!one) return {};
    const fields = resourceJson(descriptor, one);
    for (const field of APART) delete fields[field];
    return fields;
  };
  const before = shown(existing?.stored.resource);
  return jsonPatch(before, shown(resource)).map((operation): Difference => {
    if (descriptor.adminOnly && operation.path === '/data')
      return operation.op === 'remove' ? operation : { ...operation, value: HIDDEN };
    return operation.op === 'add' ? operation : { ...operation, was: at(before, operation.path) };
  });
}

/** What a JSON pointer (RFC 6901) points at. */
function at(value: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((inside: unknown, part) => (inside as Readonly<Record<string, unknown>> | undefined)?.[part], value);
}
