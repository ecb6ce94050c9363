import type { BrokenField } from '../connection.ts';

/** What is written together, or not at all. */
export interface Change {
  /** Resources as they are to be, Meshes first: that is the order of the answer, too. */
  readonly documents: readonly object[];
  readonly deletions?: readonly Deletion[];
  /** A fault in words. @param fault its field begins with the place in the change: `documents[1].spec` */
  readonly faultText: (fault: BrokenField) => string;
}

/** A resource that is deleted. */
export interface Deletion extends Named {
  /** ETag that it must be at. */
  readonly ifMatch: string;
}

/** A resource by its name. */
export interface Named {
  readonly type: string;
  readonly mesh?: string | undefined;
  readonly name: string;
}

/** `MeshTimeout "t" in mesh "default"` */
export function describe({ type, mesh, name }: Named): string {
  return mesh ? `${type} "${name}" in mesh "${mesh}"` : `${type} "${name}"`;
}

/** Which part of a change a field is of: `documents[1].spec` is `spec` of the document 1; `undefined`: of none. */
export function placeOf(
  field: string,
): { readonly list: 'documents' | 'deletions'; readonly index: number; readonly rest: string } | undefined {
  const [, list, index, rest = ''] = /^(documents|deletions)\[(\d+)\]\.?(.*)$/s.exec(field) ?? [];
  if (list === undefined) return undefined;
  return { list: list as 'documents' | 'deletions', index: Number(index), rest };
}
