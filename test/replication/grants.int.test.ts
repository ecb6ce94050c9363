import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { destroyStaleGrants, fillGrants, type KeyGrants, publishGrants } from '../../global/relay/grants.ts';
import { provisionHub } from '../../global/relay/provision.ts';
import { relay } from '../../global/relay/relay.ts';
import { PUBLISHED_AT_ONCE } from '../../nats/connect.ts';
import { eventually } from '../support/eventually.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { MemoryLog } from './memoryLog.ts';
import { type HubServer, startHubServer } from './wiring.ts';

let folder: TempDir;
let hub: HubServer;
beforeAll(async () => {
  folder = await tempDir('grants');
  hub = await startHubServer(folder.path);
});
afterAll(async () => {
  await hub?.connection.nats.close();
  await hub?.server.stop();
  await folder?.remove();
});
beforeEach(async () => {
  await hub.connection.jsm.streams.delete('KEYS').catch(() => {});
  await provisionHub(hub.connection, async () => 1);
});

const ids = (count: number) => Array.from({ length: count }, (_, n) => `key-${n}`);

/** So many data keys, which tell for whom they are sealed. */
function grants(count: number, publicKey = 'first'): KeyGrants & { keys: string[]; publicKeyNow: string } {
  return {
    keys: ids(count),
    publicKeyNow: publicKey,
    zones: async () => ['zone-a'],
    async publicKey() {
      return this.publicKeyNow;
    },
    async keyIds() {
      return this.keys;
    },
    async grant(_zone, keyId) {
      return { ephemeralPublicKey: this.publicKeyNow, iv: keyId, ciphertext: '' };
    },
  };
}

/** As the relay does: on a busy machine the hub may not answer in time, and it is tried again. */
const inTheEnd = (work: () => Promise<void>) => eventually(work);

/** What the hub holds: by data key, for whom it is sealed; empty: it was destroyed. */
async function held(): Promise<Record<string, string>> {
  const { direct, jsm } = hub.connection;
  const subjects = Object.keys((await jsm.streams.info('KEYS', { subjects_filter: '>' })).state.subjects ?? {});
  if (subjects.length === 0) return {};
  const found: Record<string, string> = {};
  for await (const { subject, data } of await direct.getLastMessagesFor('KEYS', { multi_last: subjects })) {
    const text = new TextDecoder().decode(data);
    found[subject.split('.').at(-1) ?? ''] = text && JSON.parse(text).ephemeralPublicKey;
  }
  return found;
}

const all = (keys: readonly string[], value: string) => Object.fromEntries(keys.map((key) => [key, value]));
const lastSequence = async () => (await hub.connection.jsm.streams.info('KEYS')).state.last_seq;

it('asks the hub to take so many at the same time as it can on a slow disk', async () => {
  const keys = grants(200);
  let underWay = 0;
  let most = 0;
  const grant = keys.grant.bind(keys);
  keys.grant = async (zone, keyId) => {
    most = Math.max(most, ++underWay);
    await new Promise(setImmediate);
    underWay--;
    return grant(zone, keyId);
  };
  await inTheEnd(() => publishGrants(hub.connection, keys, ['zone-a'], keys.keys));
  expect(most).toBe(PUBLISHED_AT_ONCE);
  expect(await held()).toEqual(all(keys.keys, 'first'));
});

it('gives a zone what is missing, all of it when it has its next key, and nothing when nothing is', async () => {
  const keys = grants(70);
  await inTheEnd(() => publishGrants(hub.connection, keys, ['zone-a'], keys.keys.slice(0, 40)));
  const before = await lastSequence();
  await inTheEnd(() => fillGrants(hub.connection, keys, ['zone-a']));
  expect(await held()).toEqual(all(keys.keys, 'first'));
  expect((await lastSequence()) - before).toBe(30);
  await inTheEnd(() => fillGrants(hub.connection, keys, ['zone-a']));
  expect((await lastSequence()) - before).toBe(30);
  keys.publicKeyNow = 'second';
  await inTheEnd(() => fillGrants(hub.connection, keys, ['zone-a']));
  expect(await held()).toEqual(all(keys.keys, 'second'));
});

it('destroys those whose key is gone, and does not ask for each that was destroyed before', async () => {
  const keys = grants(300);
  await inTheEnd(() => publishGrants(hub.connection, keys, ['zone-a'], keys.keys));
  const [last = ''] = keys.keys.slice(-1);
  keys.keys = [last];
  await inTheEnd(() => destroyStaleGrants(hub.connection, keys));
  expect(await held()).toEqual({ ...all(ids(300), ''), [last]: 'first' });

  const before = hub.connection.nats.stats().outMsgs;
  await inTheEnd(() => destroyStaleGrants(hub.connection, keys));
  expect(hub.connection.nats.stats().outMsgs - before).toBeLessThan(10);
});

it('an emptied hub is given all of them again, also when that is broken off once', async () => {
  const keys = grants(120);
  const grant = keys.grant.bind(keys);
  let isAway = true;
  keys.grant = async (zone, keyId) => {
    if (keyId !== 'key-60' || !isAway) return grant(zone, keyId);
    isAway = false;
    throw new Error('the event log cannot be reached');
  };
  let listed = 0;
  let looked = 0;
  const log = Object.assign(new MemoryLog(), {
    head: async () => {
      looked++;
      return 0;
    },
    listAll: async () => {
      listed++;
      return [];
    },
  });
  const ended = new AbortController();
  const relaying = relay(
    {
      source: log,
      hub: hub.connection,
      keys,
      departures: { departed: async () => [], forget: async () => {} },
      onError: () => {},
      onZoneError: () => {},
    },
    ended.signal,
  );
  onTestFinished(async () => {
    ended.abort();
    await relaying;
  });
  await vi.waitFor(async () => expect(await held()).toEqual(all(keys.keys, 'first')), { timeout: 20_000 });
  expect(isAway).toBe(false);

  // A look now and then at a hub that is as it should be does not read what there is of resources.
  const before = { looked, listed };
  await vi.waitFor(() => expect(looked).toBeGreaterThan(before.looked + 1), { timeout: 50_000, interval: 200 });
  expect(listed).toBe(before.listed);
});
