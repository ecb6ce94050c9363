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
  const shown = (one: CheckedPut['resource'] | undefined) => (one ? resourceJson(descriptor, one) : {});
  return shownDiff(shown(existing?.stored.resource), shown(resource)).map((difference): Difference => {
    if (!descriptor.adminOnly || difference.path !== '/data') return difference;
    const { op, path } = difference;
    return op === 'remove' ? { op, path } : { op, path, value: HIDDEN };
  });
}

/** Between two resources in the form of the API; nothing: `{}`. */
export function shownDiff(before: JsonFields, after: JsonFields): readonly Difference[] {
  const [from, to] = [written(before), written(after)];
  return jsonPatch(from, to).map((one) => (one.op === 'add' ? one : { ...one, was: at(from, one.path) }));
}

function written(shown: JsonFields): JsonFields {
  return Object.fromEntries(Object.entries(shown).filter(([field]) => !APART.includes(field)));
}

/** What a JSON pointer (RFC 6901) points at. */
function at(value: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((inside: unknown, part) => (inside as Readonly<Record<string, unknown>> | undefined)?.[part], value);
}
