import { keepLooking } from '../../runtime/keepLooking.ts';
import { resourceSchema } from '../../shared/event/message.ts';
import { KEPT_PREFIX, KEY_PREFIX } from '../../shared/event/subject.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { ZoneKeys } from '../identity/zoneKey.ts';
import type { ZoneSealer } from '../identity/zoneSealer.ts';
import { opensGrant } from './keyring.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import { StaleWrite, type ZoneLog } from './ports.ts';

const LOOK_MS = 2_000;

type Deps = {
  readonly keys: ZoneKeys;
  readonly sealer: ZoneSealer;
  readonly leaf: LeafConnection;
  readonly zoneLog: ZoneLog;
  /** The former keys are gone. */
  readonly onDone: () => void;
  /** As of `keepLooking`. */
  readonly onError: (error: Error) => void;
};

/**
 * Takes the zone over to its next key, as soon as the file of its keys holds one. What the zone sealed itself is sealed anew here; what global
 * sealed to it, global seals anew when it is greeted with the next key (`joinGlobal`). The former keys go when two looks in a row find nothing
 * that needs them. Several control planes may do this at once, and it may be broken off anywhere.
 * @returns the function that ends it
 */
export function keepZoneKey(deps: Deps): () => void {
  const { keys, onDone, onError } = deps;
  const ended = new AbortController();
  let quiet = false;
  const look = async () => {
    keys.look();
    if (keys.former().length === 0) return;
    const before = keys.newest();
    const isQuiet = (await sealAnew(deps)) === 0 && (await ofFormer(deps)) === 0;
    if (isQuiet && quiet && keys.newest() === before) {
      keys.dropFormer();
      onDone();
    }
    quiet = isQuiet;
  };
  void keepLooking(look, { every: LOOK_MS, onError, signal: ended.signal });
  return () => ended.abort();
}

/** @returns how many secrets of the zone's own were of a former key */
async function sealAnew({ leaf, sealer, zoneLog }: Deps): Promise<number> {
  let found = 0;
  for (const { subject, seq, text } of await lastOf(leaf, 'ZONE', `${KEPT_PREFIX}.>`)) {
    const resource = resourceSchema.parse(JSON.parse(text)) as Resource;
    if (!sealer.isOfFormer(resource)) continue;
    found++;
    await zoneLog.put(sealer.open(resource), seq).catch((error: unknown) => {
      if (!(error instanceof StaleWrite)) throw new Error(`${subject} cannot be sealed anew`, { cause: error });
    });
  }
  return found;
}

/** @returns how many data keys are sealed to a former key still */
async function ofFormer({ leaf, keys }: Deps): Promise<number> {
  const { privateKey } = keys.newest();
  const grants = await lastOf(leaf, 'KEYS', `${KEY_PREFIX}.>`);
  return grants.filter(({ subject, text }) => !opensGrant(text, privateKey, subject.split('.').at(-1) ?? '')).length;
}

/** The last message of every subject, without the deleted ones. */
async function lastOf({ jsm }: LeafConnection, stream: string, filter: string) {
  const { state } = await jsm.streams.info(stream, { subjects_filter: filter });
  const found: { readonly subject: string; readonly seq: number; readonly text: string }[] = [];
  for (const subject of Object.keys(state.subjects ?? {})) {
    const message = await jsm.streams.getMessage(stream, { last_by_subj: subject });
    if (message && message.data.length > 0) found.push({ subject, seq: message.seq, text: message.string() });
  }
  return found;
}
