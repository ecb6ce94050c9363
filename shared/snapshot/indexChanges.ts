import { sameShape, type ServiceIndex } from '../view/services.ts';

/** What is different between two states of a mesh's services. */
export interface IndexChanges {
  readonly now: ServiceIndex;
  /** Services that came, went, or have another protocol or another answer to "is it here" or "does our egress route to it". */
  readonly shape: ReadonlySet<string>;
  /** Services that only have other endpoints. */
  readonly endpoints: ReadonlySet<string>;
}

/** mesh → its services. */
export type Indexes = ReadonlyMap<string, ServiceIndex>;

const alone = new WeakMap<ServiceIndex, Indexes>();

/** The services of one mesh only: one object for all its sidecars. */
export function onlyOf(index: ServiceIndex): Indexes {
  let indexes = alone.get(index);
  if (!indexes) alone.set(index, (indexes = new Map([[index.mesh, index]])));
  return indexes;
}

/** With other services of one mesh. */
export function movedOn(indexes: Indexes, now: ServiceIndex): Indexes {
  return indexes.size === 1 ? onlyOf(now) : new Map(indexes).set(now.mesh, now);
}

/**
 * Compares with the services of now, each former state once however many proxies stand at it.
 * @returns a function that gives `undefined` where nothing is different.
 */
export function indexChanges(
  nowOf: (mesh: string) => ServiceIndex,
): (before: ServiceIndex) => IndexChanges | undefined {
  const known = new Map<ServiceIndex, IndexChanges | undefined>();
  return (before) => {
    if (known.has(before)) return known.get(before);
    const now = nowOf(before.mesh);
    const changes = before === now ? undefined : compare(before, now);
    known.set(before, changes);
    return changes;
  };
}

function compare(before: ServiceIndex, now: ServiceIndex): IndexChanges {
  const shape = new Set<string>();
  const endpoints = new Set<string>();
  for (const [name, service] of now.services) {
    const old = before.services.get(name);
    if (old === service) continue;
    if (old && sameShape(old, service)) endpoints.add(name);
    else shape.add(name);
  }
  for (const name of before.services.keys()) if (!now.services.has(name)) shape.add(name);
  return { now, shape, endpoints };
}
