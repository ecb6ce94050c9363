import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { LogUnavailable, VersionConflict } from './errors.ts';
import { change, eventLogContract, keyNamed, put } from './eventLog.contract.ts';
import { type EventLog, openEventLog } from './eventLog.ts';
import { onLeader } from './leader.ts';
import { pgDb } from './pgDb.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const open = (url: string) => openEventLog(pgDb(url));

eventLogContract('event log on PostgreSQL', async () => open(await postgres.createDatabase()));

describe('several instances on one PostgreSQL', () => {
  let url: string;
  let logs: readonly EventLog[];
  let one: EventLog;
  let other: EventLog;
  beforeAll(async () => {
    url = await postgres.createDatabase();
    // All at once on an empty database: one of them migrates it.
    logs = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    [one, other] = logs as [EventLog, EventLog];
  });
  afterAll(() => Promise.all(logs?.map((log) => log.close()) ?? []));

  it('have one log', () => {
    expect(new Set(logs.map(({ logId }) => logId)).size).toBe(1);
  });

  it('create a resource only once, and wait for each other without errors', async () => {
    const before = await one.head();
    const race = async (i: number) => {
      const results = await Promise.allSettled(logs.map((log) => log.append(change([put(keyNamed(`race-${i}`), 0)]))));
      const refused = results.filter((result) => result.status === 'rejected');
      for (const { reason } of refused) expect(reason).toBeInstanceOf(VersionConflict);
      return results.length - refused.length;
    };
    const winners = await Promise.all(Array.from({ length: 50 }, (_, i) => race(i)));
    expect(winners).toEqual(winners.map(() => 1));
    const events = await other.read(before, 1_000);
    expect(events.map(({ position }) => position)).toEqual(winners.map((_, i) => before + 1 + i));
  });

  it('wake each other', async () => {
    const woken = Promise.withResolvers<number>();
    other.listen(() => void other.head().then(woken.resolve));
    const [event] = await one.append(change([put(keyNamed('wake'), 0)]));
    expect(await woken.promise).toBe(event?.position);
  });

  it('have one leader; another follows when its connection breaks', async () => {
    const LOCK = 99;
    const led: { readonly log: EventLog; readonly signal: AbortSignal }[] = [];
    const waiting: (() => void)[] = [];
    const leaders = (count: number) =>
      new Promise<void>((resolve) => {
        waiting.push(() => led.length >= count && resolve());
        for (const check of waiting) check();
      });
    const stops = [one, other].map((log) =>
      onLeader({ tryLead: log.tryLead, onError: () => {} }, LOCK, async (signal) => {
        led.push({ log, signal });
        for (const check of waiting) check();
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      }),
    );
    await leaders(1);
    expect(await Promise.all([one, other].map((log) => log.tryLead(LOCK)))).toEqual([undefined, undefined]);
    expect(led).toHaveLength(1);
    await one.db.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
    await leaders(2);
    expect(led[0]?.signal.aborted).toBe(true);
    expect(led[1]?.signal.aborted).toBe(false);
    await Promise.all(stops.map((stop) => stop()));
  });
});

describe('a PostgreSQL that breaks', () => {
  it('writes each change once, whenever its connections are cut', async () => {
    const url = await postgres.createDatabase();
    const log = await open(url);
    const admin = pgDb(url);
    let appending = true;
    const cut = (async () => {
      while (appending) {
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%append_changes%'",
        );
        // On a busy machine no append would ever get through otherwise.
        await sleep(Math.random() * 20);
      }
    })();
    const acknowledged: string[] = [];
    for (let i = 0; i < 40; i++) {
      const proposed = change([put(keyNamed(`cut-${i}`), 0)]);
      for (;;) {
        try {
          await log.append(proposed);
          acknowledged.push(proposed.id);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(LogUnavailable);
        }
      }
    }
    appending = false;
    await cut;
    // Each change once, though many were sent twice.
    expect((await log.read(0, 1_000)).map((event) => event.change.id)).toEqual(acknowledged);
    await admin.close();
    await log.close();
  });

  it('loses nothing that it acknowledged when it is killed; writes are refused meanwhile and go on after', async () => {
    const server = await startPostgres();
    try {
      const log = await open(await server.createDatabase());
      const acknowledged = new Set<string>();
      const refused: unknown[] = [];
      const enough = Promise.withResolvers<void>();
      const again = Promise.withResolvers<void>();
      let wanted = Number.POSITIVE_INFINITY;
      const refusal = Promise.withResolvers<void>();
      let writing = true;
      const writer = async (w: number) => {
        for (let i = 0; writing; i++) {
          const proposed = change([put(keyNamed(`w-${w}-${i}`), 0)]);
          try {
            await log.append(proposed);
            acknowledged.add(proposed.id);
            if (acknowledged.size > 200) enough.resolve();
            if (acknowledged.size > wanted) again.resolve();
          } catch (error) {
            refused.push(error);
            refusal.resolve();
            await sleep(20);
          }
        }
      };
      const writers = Array.from({ length: 8 }, (_, w) => writer(w));
      await enough.promise;
      await server.kill();
      await refusal.promise;
      wanted = acknowledged.size + 50;
      const woken = Promise.withResolvers<void>();
      log.listen(woken.resolve);
      await server.restart();
      await again.promise;
      writing = false;
      await Promise.all(writers);
      await woken.promise;
      for (const error of refused) expect(error).toBeInstanceOf(LogUnavailable);
      const events = await log.read(0, 1_000_000);
      const written = new Set(events.map((event) => event.change.id));
      expect([...acknowledged].filter((id) => !written.has(id))).toEqual([]);
      expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1));
      expect(await log.stateDifferences()).toEqual([]);
      await log.close();
    } finally {
      await server.stop();
    }
  });
});
