import { isObject } from '../resource/json.ts';

/** Folds confs, given in ascending priority, into one. */
export type MergeConfs = (confs: readonly unknown[]) => unknown;

/**
 * Folds confs in ascending priority with JSON merge patch (RFC 7396): objects recurse, scalars and lists are replaced, what a
 * later conf leaves out stays. Lists whose field begins with `append` are concatenated, as in
 * Kuma's `pkg/plugins/policies/core/rules/merge`.
 */
export function mergeConfs(confs: readonly unknown[]): unknown {
  return confs.reduce<unknown>((merged, conf) => mergePatch(merged, conf), undefined);
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const known = merged.get(field);
    if (value === null) merged.delete(field);
    else if (/^append[A-Z]/.test(field) && Array.isArray(known) && Array.isArray(value))
      merged.set(field, [...known, ...value]);
    else merged.set(field, mergePatch(known, value));
  }
  return Object.fromEntries(merged);
}
