import { everyKind, type Snapshot, type XdsKind, type XdsResource } from '../../shared/xds/snapshot.ts';
import { type Encoded, encodedOf } from './encoded.ts';
import type { Wanted } from './kindState.ts';

type WantedKinds = Readonly<Record<XdsKind, Wanted>>;

/**
 * A snapshot in encoded form. A kind that did not change keeps the object it had, so that nobody needs to compare it again.
 * @param former the snapshot that `before` was made of
 * @throws EncodeError; nothing of the snapshot counts then.
 */
export function wantedOf(snapshot: Snapshot, before?: WantedKinds, former?: Snapshot): WantedKinds {
  return everyKind((kind) =>
    before && snapshot[kind] === former?.[kind] ? before[kind] : wantedKind(kind, snapshot[kind], before?.[kind]),
  );
}

function wantedKind(kind: XdsKind, resources: ReadonlyMap<string, XdsResource>, before: Wanted | undefined): Wanted {
  const wanted = new Map<string, Encoded>();
  let same = before?.size === resources.size;
  for (const [name, resource] of resources) {
    const one = encodedOf(kind, name, resource);
    wanted.set(name, one);
    same &&= before?.get(name)?.version === one.version;
  }
  return same && before ? before : wanted;
}
