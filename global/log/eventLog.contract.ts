import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Author, LogEvent, NewEvent } from '../../shared/event/event.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import type { ProposedChange } from './append.ts';
import { IdempotencyKeyReused, LogUnavailable, UnstorableChange, VersionConflict } from './errors.ts';
import { type EventLog, LOG_CHANNEL } from './eventLog.ts';
import { onLeader } from './leader.ts';
import { logReader } from './logReader.ts';
import { secretKeys } from './secretKeys.ts';

const BY: Author = { user: 'jane/ops', source: '10.0.0.1', client: 'test' };

export function resource(key: ResourceKey, spec: unknown = {}): Resource {
  const at = '2026-01-01T00:00:00Z';
  return { ...key, labels: { team: 'a' }, creationTime: at, modificationTime: at, spec };
}

export function keyNamed(name: string, mesh = 'default', type = 'MeshTimeout'): ResourceKey {
  return { type, mesh, name };
}

export function put(key: ResourceKey, expectedVersion: number | null, spec: unknown = {}): NewEvent {
  const type = expectedVersion === 0 ? 'ResourceCreated' : 'ResourceUpdated';
  return { type, key, resource: resource(key, spec), expectedVersion };
}

export function remove(key: ResourceKey, expectedVersion: number | null): NewEvent {
  return { type: 'ResourceDeleted', key, resource: null, expectedVersion };
}

export function change(events: readonly NewEvent[], more: Partial<ProposedChange> = {}): ProposedChange {
  return { id: randomUUID(), by: BY, events, ...more };
}

async function* all(log: EventLog): AsyncGenerator<LogEvent> {
  for (let after = 0; ; ) {
    const events = await log.read(after, 100);
    yield* events;
    const last = events.at(-1);
    if (!last) return;
    after = last.position;
  }
}

/** What every database must do for the log. `open` opens it again and again on the same database, if it can be shared. */
export function eventLogContract(name: string, open: () => Promise<EventLog>): void {
  describe(name, () => {
    let log: EventLog;
    beforeAll(async () => {
      log = await open();
    }, 60_000);
    afterAll(() => log?.close());

    it('answers an append with the events as they are read back', async () => {
      const before = await log.head();
      const a = keyNamed('answers-a');
      const b = keyNamed('answers-b', '', 'Zone');
      const proposed = change([put(a, 0, { to: [{ x: null, y: 'ü€😀' }] }), put(b, 0)], {
        by: { ...BY, message: 'because' },
      });
      const events = await log.append(proposed);
      expect(events.map(({ position, version, change }) => ({ position, version, change }))).toEqual([
        { position: before + 1, version: 1, change: { id: proposed.id, index: 0, size: 2 } },
        { position: before + 2, version: 1, change: { id: proposed.id, index: 1, size: 2 } },
      ]);
      expect(await log.read(before, 10)).toEqual(events);
      expect(await log.head()).toBe(before + 2);
      expect(events[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(events[1]?.key).toEqual({ type: 'Zone', mesh: '', name: 'answers-b' });
      expect(await log.current(a)).toEqual({
        resource: resource(a, { to: [{ x: null, y: 'ü€😀' }] }),
        version: 1,
        position: before + 1,
      });
    });

    it('refuses a change decided upon another version', async () => {
      const key = keyNamed('versions');
      await log.append(change([put(key, 0)]));
      await expect(log.append(change([put(key, 0)]))).rejects.toMatchObject({
        name: 'VersionConflict',
        key,
        expected: 0,
        actual: 1,
      });
      await expect(log.append(change([put(key, 2)]))).rejects.toBeInstanceOf(VersionConflict);
      expect((await log.append(change([put(key, 1)])))[0]?.version).toBe(2);
      expect((await log.append(change([put(key, null)])))[0]?.version).toBe(3);
    });

    it('writes a change whole or not at all, whatever becomes of its neighbours', async () => {
      const there = keyNamed('whole-there');
      await log.append(change([put(there, 0)]));
      const before = await log.head();
      const [first, refused, last] = await Promise.allSettled([
        log.append(change([put(keyNamed('whole-1'), 0)])),
        log.append(change([put(keyNamed('whole-2'), 0), put(there, 0), put(keyNamed('whole-3'), 0)])),
        log.append(change([put(keyNamed('whole-4'), 0)])),
      ]);
      expect([first?.status, refused?.status, last?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await log.read(before, 10)).map(({ position, key }) => [position, key.name])).toEqual([
        [before + 1, 'whole-1'],
        [before + 2, 'whole-4'],
      ]);
      expect(await log.current(keyNamed('whole-2'))).toBeUndefined();
    });

    it('puts nothing into a mesh that is gone, and leaves nothing behind in it, also within one statement', async () => {
      const mesh = keyNamed('ends', '', 'Mesh');
      const [a, b] = [keyNamed('a', 'ends'), keyNamed('b', 'ends')];
      const needs = [mesh];
      await expect(log.append(change([put(a, 0)], { needs }))).rejects.toMatchObject({ key: mesh, actual: 0 });
      await log.append(change([put(mesh, 0), put(a, 0)]));
      await log.append(change([put(b, 0)], { needs }));
      const empties = ['ends'];
      await expect(log.append(change([remove(mesh, 1), remove(a, 1)], { empties }))).rejects.toMatchObject({ key: b });
      const outcomes = await Promise.allSettled([
        log.append(change([remove(mesh, 1), remove(a, 1), remove(b, 1)], { empties })),
        log.append(change([put(keyNamed('c', 'ends'), 0)], { needs })),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect((await log.listAll()).filter(({ key }) => key.mesh === 'ends')).toEqual([]);
    });

    it('keeps the neighbours of a change that cannot be stored', async () => {
      const bad = () => change([put(keyNamed('bad'), 0, { text: 'a\u0000b' })]);
      await expect(log.append(bad())).rejects.toBeInstanceOf(UnstorableChange);
      const [good, worse] = await Promise.allSettled([
        log.append(change([put(keyNamed('good'), 0)])),
        log.append(bad()),
      ]);
      expect(good).toMatchObject({ status: 'fulfilled' });
      expect(worse).toMatchObject({ status: 'rejected', reason: { name: 'UnstorableChange' } });
    });

    it('goes on counting versions through delete and re-creation', async () => {
      const key = keyNamed('again');
      await log.append(change([put(key, 0)]));
      await log.append(change([remove(key, 1)]));
      expect(await log.current(key)).toBeUndefined();
      expect((await log.list('MeshTimeout')).map(({ resource }) => resource.name)).not.toContain('again');
      await expect(log.append(change([put(key, 2)]))).rejects.toMatchObject({ expected: 2, actual: 0 });
      expect((await log.append(change([put(key, 0)])))[0]?.version).toBe(3);
      expect(await log.current(key)).toMatchObject({ version: 3 });
    });

    it('answers a repeated change with what was written the first time', async () => {
      const once = change([put(keyNamed('once'), 0), put(keyNamed('once-more'), 0)]);
      const [events, together] = await Promise.all([log.append(once), log.append(once)]);
      const head = await log.head();
      expect(together).toEqual(events);
      expect(await log.append(once)).toEqual(events);
      expect(await log.head()).toBe(head);
      expect(await log.append(change([]))).toEqual([]);
    });

    it('answers a repeated request by its idempotency key', async () => {
      const idempotency = { key: 'request-1', requestHash: 'abc' };
      const events = await log.append(change([put(keyNamed('request'), 0)], { idempotency }));
      const repeat = change([put(keyNamed('request'), 0)], { idempotency });
      expect(await log.append(repeat)).toEqual(events);
      expect(await log.answered(idempotency)).toEqual(events);
      expect(await log.answered({ ...idempotency, key: 'request-2' })).toBeUndefined();
      const misused = { ...idempotency, requestHash: 'def' };
      await expect(log.answered(misused)).rejects.toBeInstanceOf(IdempotencyKeyReused);
      await expect(
        log.append(change([put(keyNamed('request-2'), 0)], { idempotency: misused })),
      ).rejects.toBeInstanceOf(IdempotencyKeyReused);
      expect(await log.current(keyNamed('request-2'))).toBeUndefined();
      // A refused request has used no key.
      const refused = { key: 'request-3', requestHash: 'abc' };
      await expect(log.append(change([put(keyNamed('request'), 0)], { idempotency: refused }))).rejects.toBeInstanceOf(
        VersionConflict,
      );
      await log.append(change([put(keyNamed('request-3'), 0)], { idempotency: refused }));
    });

    it('has no gaps and loses nothing under 16 writers in conflict', async () => {
      const before = await log.head();
      const keys = Array.from({ length: 4 }, (_, i) => keyNamed(`contended-${i}`));
      const acknowledged: number[] = [];
      const writer = async (w: number) => {
        for (let i = 0; i < 20; i++) {
          const key = keys[(w + i) % keys.length] as ResourceKey;
          const { version = 0 } = (await log.current(key)) ?? {};
          const other = put(keyNamed(`own-${w}-${i}`), 0);
          try {
            for (const { position } of await log.append(change([put(key, version), other]))) {
              acknowledged.push(position);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(VersionConflict);
          }
        }
      };
      // A reader that follows meanwhile sees every position, in order: none becomes visible late.
      const seen: LogEvent[] = [];
      let writing = true;
      const follow = async () => {
        for (;;) {
          const ended = !writing;
          const events = await log.read(before + seen.length, 50);
          seen.push(...events);
          if (ended && events.length === 0) return;
        }
      };
      const reader = follow();
      await Promise.all(Array.from({ length: 16 }, (_, w) => writer(w))).finally(() => {
        writing = false;
      });
      await reader;
      expect(seen.map(({ position }) => position)).toEqual(seen.map((_, i) => before + 1 + i));
      expect(acknowledged.toSorted((a, b) => a - b)).toEqual(seen.map(({ position }) => position));
      expect(acknowledged.length).toBeLessThan(16 * 20 * 2);
      for (const key of keys) {
        const versions = seen.filter((event) => event.key.name === key.name).map(({ version }) => version);
        expect(versions).toEqual(versions.map((_, i) => i + 1));
      }
    });

    it('finds events by what they have', async () => {
      const mine: Author = { user: 'finder', source: '', client: '' };
      const a = keyNamed('find-a', 'find-mesh');
      const b = keyNamed('find-b', '', 'Zone');
      const first = change([put(a, 0), put(b, 0)], { by: mine });
      await log.append(first);
      await log.append(change([put(a, 1)], { by: mine }));
      await log.append(change([remove(a, 2)]));
      const positions = async (filter: Partial<Parameters<EventLog['find']>[0]>) => {
        const events = await log.find({ limit: 100, order: 'asc', ...filter });
        return events.map(({ key, version }) => `${key.name} ${version}`);
      };
      expect(await positions({ user: 'finder' })).toEqual(['find-a 1', 'find-b 1', 'find-a 2']);
      expect(await positions({ user: 'finder', order: 'desc', limit: 2 })).toEqual(['find-a 2', 'find-b 1']);
      expect(await positions({ mesh: 'find-mesh' })).toEqual(['find-a 1', 'find-a 2', 'find-a 3']);
      expect(await positions({ mesh: 'find-mesh', event: 'ResourceDeleted' })).toEqual(['find-a 3']);
      expect(await positions({ mesh: '', type: 'Zone', name: 'find-b' })).toEqual(['find-b 1']);
      expect(await positions({ changeId: first.id })).toEqual(['find-a 1', 'find-b 1']);
      expect(await positions({ changeId: "no uuid'" })).toEqual([]);
      const [, middle] = await log.find({ user: 'finder', limit: 100, order: 'asc' });
      const at = middle?.position ?? 0;
      expect(await positions({ user: 'finder', after: at })).toEqual(['find-a 2']);
      expect(await positions({ user: 'finder', before: at })).toEqual(['find-a 1']);
    });

    it('lists the current state in byte order', async () => {
      const keys = [keyNamed('Z', 'l-b'), keyNamed('a', 'l-b'), keyNamed('z', 'l-a')];
      await log.append(change(keys.map((key) => put({ ...key, type: 'Listed' }, 0))));
      const names = (list: readonly { resource: Resource }[]) => list.map(({ resource: r }) => `${r.mesh}/${r.name}`);
      expect(names(await log.list('Listed'))).toEqual(['l-a/z', 'l-b/Z', 'l-b/a']);
      expect(names(await log.list('Listed', 'l-b'))).toEqual(['l-b/Z', 'l-b/a']);
      expect(await log.list('Listed', '')).toEqual([]);
      const listed = (await log.listAll()).filter(({ resource: r }) => r.type === 'Listed');
      expect(names(listed)).toEqual(['l-a/z', 'l-b/Z', 'l-b/a']);
    });

    it('passes on what a newer version wrote, and refuses to show it or to write upon it', async () => {
      const [event] = await log.append(change([put(keyNamed('newer'), 0)]));
      await log.append(change([put(keyNamed('known'), 0)]));
      await log.db.query("UPDATE event SET schema_ver = 99 WHERE name = 'newer'");
      await log.db.query("UPDATE resource SET schema_ver = 99 WHERE name = 'newer'");
      const position = event?.position ?? 0;

      const [published] = await log.read(position - 1, 1);
      expect(published).toEqual({ ...event, schema: 99 });
      expect((await log.listAll()).find(({ key }) => key.name === 'newer')).toMatchObject({ schema: 99, version: 1 });

      const [newer, known] = await Promise.allSettled(['newer', 'known'].map((name) => log.current(keyNamed(name))));
      const refused = { name: 'WrittenByNewer', message: expect.stringContaining('default/MeshTimeout/newer') };
      expect(newer).toMatchObject({ status: 'rejected', reason: refused });
      expect(known).toMatchObject({ status: 'fulfilled', value: { version: 1 } });
      await expect(log.list('MeshTimeout')).rejects.toMatchObject(refused);
      const { items } = await logReader(log).read({ name: 'newer', order: 'desc', limit: 10 });
      expect(items).toMatchObject([{ position, type: 'ResourceCreated', resource: null }]);

      await log.db.query("UPDATE event SET schema_ver = 1 WHERE name = 'newer'");
      await log.db.query("UPDATE resource SET schema_ver = 1 WHERE name = 'newer'");
      expect(await log.current(keyNamed('newer'))).toMatchObject({ version: 1 });
    });

    it('wakes listeners after a commit, until they stop listening', async () => {
      const woken = Promise.withResolvers<void>();
      const stop = log.listen(woken.resolve);
      await log.append(change([put(keyNamed('wake'), 0)]));
      await woken.promise;
      stop();
      let deaf = true;
      log.listen(() => {
        deaf = false;
      })();
      await log.append(change([put(keyNamed('wake-2'), 0)]));
      expect(deaf).toBe(true);
    });

    it('notifies other instances once a batch, with the position of its last event', async () => {
      const before = await log.head();
      const payloads: string[] = [];
      const done = Promise.withResolvers<void>();
      const unlisten = await log.db.listen(LOG_CHANNEL, (payload) => {
        if (payload) payloads.push(payload);
        if (Number(payload) >= before + 4) done.resolve();
      });
      await Promise.all(['1', '2', '3'].map((n) => log.append(change([put(keyNamed(`notify-${n}`), 0)]))));
      await log.append(change([put(keyNamed('notify-4'), 0)]));
      await done.promise;
      expect(payloads).toEqual([String(before + 3), String(before + 4)]);
      await unlisten();
    });

    it('is followed by a reader from any position, through a filter, until it is aborted', async () => {
      const reader = logReader(log);
      const [first] = await log.append(change([put(keyNamed('follow-1', 'follow'), 0), put(keyNamed('other'), 0)]));
      const stop = new AbortController();
      const following = reader.follow({ after: (first?.position ?? 1) - 1, mesh: 'follow' }, stop.signal);
      const seen: string[] = [];
      for await (const { key } of following) {
        seen.push(key.name);
        if (seen.length === 3) break;
        // Written while somebody waits for it.
        void log.append(
          change([put(keyNamed('unseen'), null), put(keyNamed(`follow-${seen.length + 1}`, 'follow'), 0)]),
        );
      }
      expect(seen).toEqual(['follow-1', 'follow-2', 'follow-3']);
      const idle = reader.follow({ after: await log.head() }, stop.signal)[Symbol.asyncIterator]();
      const next = idle.next();
      stop.abort();
      expect(await next).toMatchObject({ done: true });
      const { items } = await reader.read({ change: first?.change.id ?? '', order: 'desc', limit: 10 });
      expect(items.map(({ key }) => key.name)).toEqual(['other', 'follow-1']);
    });

    it('keeps the data key of the current version only, and none of what was deleted', async () => {
      const keys = secretKeys(log.db);
      const key = keyNamed('secret', 'default', 'Secret');
      const rkey = 'default/Secret/secret';
      const dataKey = (keyId: string, byte: number) => ({ keyId, rkey, wrapped: new Uint8Array([byte, 0, 255]) });
      const [first, second, never] = [randomUUID(), randomUUID(), randomUUID()];
      await log.append(change([put(key, 0)], { dataKeys: [dataKey(first, 1)] }));
      expect([...((await keys.get(first)) ?? [])]).toEqual([1, 0, 255]);
      await expect(log.append(change([put(key, 0)], { dataKeys: [dataKey(never, 9)] }))).rejects.toThrow();
      await log.append(change([put(key, 1)], { dataKeys: [dataKey(second, 2)] }));
      expect(await keys.get(first)).toBeUndefined();
      expect(await keys.get(never)).toBeUndefined();
      expect([...((await keys.get(second)) ?? [])]).toEqual([2, 0, 255]);
      await log.append(change([remove(key, 2)]));
      expect(await keys.get(second)).toBeUndefined();
    });

    it('refuses an instance that knows another generation of the log, once', async () => {
      const before = await log.head();
      await log.db.query("UPDATE log_head SET fence = fence + 1 WHERE log = 'global'");
      await expect(log.append(change([put(keyNamed('fenced'), 0)]))).rejects.toBeInstanceOf(LogUnavailable);
      expect(await log.head()).toBe(before);
      await log.append(change([put(keyNamed('fenced'), 0)]));
    });

    it('has one leader after the other', async () => {
      const LOCK = 4711;
      const led: string[] = [];
      const lead = (who: string) => {
        const started = Promise.withResolvers<void>();
        const run = (signal: AbortSignal) => {
          led.push(who);
          started.resolve();
          return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        };
        const deps = { tryLead: log.tryLead, onError: () => {} };
        return { started: started.promise, stop: onLeader(deps, LOCK, run) };
      };
      const first = lead('first');
      await first.started;
      await first.stop();
      const second = lead('second');
      await second.started;
      expect(led).toEqual(['first', 'second']);
      await second.stop();
    });

    it('has a current state that is the fold of the log, and can make it anew', async () => {
      const fold = new Map<string, Pick<LogEvent, 'key' | 'schema' | 'version' | 'position' | 'resource'>>();
      let last = 0;
      for await (const { position, key, schema, version, resource } of all(log)) {
        expect(position).toBe(++last);
        const id = JSON.stringify([key.mesh, key.type, key.name]);
        if (resource) fold.set(id, { key, schema, resource, version, position });
        else fold.delete(id);
      }
      const byPosition = (a: { position: number }, b: { position: number }) => a.position - b.position;
      const folded = [...fold.values()].sort(byPosition);
      expect(folded.length).toBeGreaterThan(10);
      expect([...(await log.listAll())].sort(byPosition)).toEqual(folded);
      expect(await log.stateDifferences()).toEqual([]);

      await log.db.query("UPDATE resource SET version = version + 1 WHERE name = 'answers-a'");
      await log.db.query("DELETE FROM resource WHERE name = 'answers-b'");
      const broken = ['-/Zone/answers-b', 'default/MeshTimeout/answers-a'];
      expect((await log.stateDifferences()).toSorted()).toEqual(broken);
      expect((await log.rebuildState()).toSorted()).toEqual(broken);
      expect(await log.stateDifferences()).toEqual([]);
      expect([...(await log.listAll())].sort(byPosition)).toEqual(folded);
      await log.append(change([put(keyNamed('answers-a'), 1)]));
    });
  });
}
