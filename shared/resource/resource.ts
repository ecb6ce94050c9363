/**
 * A resource of Kuma's model in our one internal form. Flat types (Mesh, Dataplane…) keep the fields that REST shows at
 * the top level in `spec` too; only the REST rendering knows the difference.
 */
export interface Resource<Spec = unknown> {
  readonly type: string;
  /** Empty for global-scoped types. */
  readonly mesh: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly creationTime: string;
  readonly modificationTime: string;
  readonly spec: Spec;
  readonly status?: unknown;
}

/** What identifies a resource within one writer's log. */
export interface ResourceKey {
  readonly type: string;
  readonly mesh: string;
  readonly name: string;
}

/**
 * Who wrote it: `''` is the policy log of global, otherwise the name of the zone. Two writers may use the same name, so
 * a view keys resources by (origin, type, mesh, name).
 */
export type Origin = string;

export const GLOBAL: Origin = '';

/** `mesh/type/name`, with `-` for global scope: the primary key of the log's state table (names never hold a slash). */
export function keyText(key: ResourceKey): string {
  return `${key.mesh || '-'}/${key.type}/${key.name}`;
}

/** The key that `keyText` made a text of. */
export function parseKeyText(text: string): ResourceKey {
  const [mesh = '', type = '', name = ''] = text.split('/');
  return { type, mesh: mesh === '-' ? '' : mesh, name };
}

/** The key alone of whatever has one. */
export function keyOf(resource: ResourceKey): ResourceKey {
  return { type: resource.type, mesh: resource.mesh, name: resource.name };
}
