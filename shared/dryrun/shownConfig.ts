import { type Snapshot, TYPE_URL, XDS_KINDS } from '../xds/snapshot.ts';

/** type URL → name → resource */
type ShownConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A snapshot as people are shown it: all but secrets, since private keys are nobody's business. */
export function shownConfig(snapshot: Snapshot): ShownConfig {
  const kinds = XDS_KINDS.filter((kind) => kind !== 'secret');
  return Object.fromEntries(kinds.map((kind) => [TYPE_URL[kind], Object.fromEntries(snapshot[kind])]));
}
