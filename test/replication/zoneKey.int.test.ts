import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyText } from '../../shared/resource/resource.ts';
import { makeNextZoneKey } from '../../zone/identity/zoneKey.ts';
import { zoneSealer } from '../../zone/identity/zoneSealer.ts';
import { opensGrant } from '../../zone/replica/keyring.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { keyFile, resource, sealedSecret, type ZoneReplica } from './wiring.ts';

const world = hubWithZones(['zone-a', 'zone-b']);

const dataOf = ({ replica }: ZoneReplica, name: string, origin?: string) => {
  const spec = replica.view.get({ type: 'Secret', mesh: 'default', name }, origin)?.resource.spec as
    | { data?: string }
    | undefined;
  return spec?.data === undefined ? undefined : Buffer.from(spec.data, 'base64').toString();
};

const own = (name: string, text: string) =>
  resource('Secret', name, { data: Buffer.from(text).toString('base64') }, 'default');

const held = () => readFileSync(keyFile('zone-a', world.folder), 'utf8');
/** The only key that the file of the zone holds. */
const onlyKey = (): KeyObject => {
  expect(held().match(/BEGIN/g)).toHaveLength(1);
  return createPrivateKey(held());
};

/** Ids of the data keys that the hub has for a zone and that this key opens, and of all. */
async function granted(zone: string, key: KeyObject) {
  const { jsm } = world.hub.connection;
  const { state } = await jsm.streams.info('KEYS', { subjects_filter: `cp.key.${zone}.>` });
  const all = await Promise.all(
    Object.keys(state.subjects ?? {}).map(async (subject) => {
      const message = await jsm.streams.getMessage('KEYS', { last_by_subj: subject });
      return { id: subject.split('.').at(-1) ?? '', text: message?.string() ?? '' };
    }),
  );
  return { all: all.length, opened: all.filter(({ id, text }) => opensGrant(text, key, id)).length };
}

/** Does what the zone wrote itself open with this key? */
async function opensOwn(name: string, key: KeyObject): Promise<boolean> {
  const subject = `kept.default.Secret.${name}`;
  const message = await world.replicaOf('zone-a').connection.jsm.streams.getMessage('ZONE', { last_by_subj: subject });
  const written = message?.json() as ReturnType<typeof resource>;
  expect(keyText(written)).toBe(`default/Secret/${name}`);
  try {
    zoneSealer(() => [key]).open(written);
    return true;
  } catch {
    return false;
  }
}

async function changedOver(from: KeyObject): Promise<KeyObject> {
  await eventually(() => expect(onlyKey().equals(from)).toBe(false));
  return onlyKey();
}

it('a zone takes its next key while it runs: what is sealed to it opens with that one, and with the former no more', async () => {
  const { hub } = world;
  const a = world.replicaOf('zone-a');
  hub.log.append(sealedSecret(hub, 's1', 'key-1', 'one'));
  await a.log.put(own('mine', 'of the zone'));
  await eventually(() => expect([dataOf(a, 's1'), dataOf(a, 'mine', 'zone-a')]).toEqual(['one', 'of the zone']));
  const former = onlyKey();
  expect(await granted('zone-a', former)).toEqual({ all: 1, opened: 1 });

  makeNextZoneKey(keyFile('zone-a', world.folder));
  const next = await changedOver(former);
  expect(await granted('zone-a', former)).toEqual({ all: 1, opened: 0 });
  expect(await granted('zone-a', next)).toEqual({ all: 1, opened: 1 });
  expect([await opensOwn('mine', former), await opensOwn('mine', next)]).toEqual([false, true]);
  hub.log.append(sealedSecret(hub, 's2', 'key-2', 'two'));
  await eventually(() => expect([dataOf(a, 's1'), dataOf(a, 's2')]).toEqual(['one', 'two']));
  expect(dataOf(a, 'mine', 'zone-a')).toBe('of the zone');
  const again = await world.restart('zone-a');
  await eventually(() => expect([dataOf(again, 's1'), dataOf(again, 's2')]).toEqual(['one', 'two']));
  await eventually(() => expect(dataOf(again, 'mine', 'zone-a')).toBe('of the zone'));
  expect([a.errors, again.errors, again.replica.quarantined]).toEqual([[], [], []]);
});

it('it goes on after it was broken off, and when one more is made meanwhile', async () => {
  const former = onlyKey();
  await world.replicaOf('zone-a').stop();
  makeNextZoneKey(keyFile('zone-a', world.folder));
  const between = createPrivateKey(held());
  const again = await world.restart('zone-a');
  makeNextZoneKey(keyFile('zone-a', world.folder));
  const last = createPrivateKey(held());
  const next = await changedOver(former);
  expect([next.equals(between), next.equals(last)]).toEqual([false, true]);
  expect(await granted('zone-a', next)).toEqual({ all: 2, opened: 2 });
  expect(await granted('zone-a', between)).toEqual({ all: 2, opened: 0 });
  expect(await opensOwn('mine', next)).toBe(true);
  expect([dataOf(again, 's1'), dataOf(again, 'mine', 'zone-a')]).toEqual(['one', 'of the zone']);
});

it('a zone whose key is gone, as on a new machine, is given everything of global for the one that it makes', async () => {
  const former = onlyKey();
  await world.replicaOf('zone-a').stop();
  rmSync(keyFile('zone-a', world.folder));
  // Its copy on the disk is what it was, with data keys that are sealed to the former key.
  const again = await world.restart('zone-a');
  await eventually(() => expect([dataOf(again, 's1'), dataOf(again, 's2')]).toEqual(['one', 'two']));
  const next = onlyKey();
  expect(await granted('zone-a', former)).toEqual({ all: 2, opened: 0 });
  expect(await granted('zone-a', next)).toEqual({ all: 2, opened: 2 });
  // What it sealed itself is lost with its key, and said so.
  expect(again.replica.quarantined.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('sealed with another zone key'),
  ]);
});
