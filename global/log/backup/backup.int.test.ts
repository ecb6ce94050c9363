import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meridian } from '../../../deploy/program.ts';
import { type Postgres, startPostgres } from '../../../test/support/postgres.ts';
import { type TempDir, tempDir } from '../../../test/support/tempDir.ts';
import { change, keyNamed, put, remove } from '../eventLog.contract.ts';
import { type EventLog, openEventLog } from '../eventLog.ts';
import { hubCredentials } from '../hubCredentials.ts';
import { openDb } from '../openDb.ts';
import { pgDb } from '../pgDb.ts';
import { secretKeys } from '../secretKeys.ts';

let postgres: Postgres;
let folder: TempDir;
let source: string;
let log: EventLog;
const now = new Date('2026-01-01T00:00:00Z');
const credential = {
  userKey: 'U1',
  zone: 'zone-1',
  tokenId: 'token',
  tokenKey: 'zone-token-signing-key-1',
  issuedAt: now,
  expiresAt: new Date('2026-02-01T00:00:00Z'),
};
const dataKey = { keyId: randomUUID(), rkey: 'default/Secret/s', wrapped: Buffer.from('wrapped') };

beforeAll(async () => {
  [postgres, folder] = await Promise.all([startPostgres(), tempDir('backup')]);
  source = await postgres.createDatabase();
  log = await openEventLog(pgDb(source));
  for (let i = 0; i < 30; i++)
    await log.append(change([put(keyNamed(`t${i % 7}`), i < 7 ? 0 : null, { i, text: 'ü€😀' })]));
  await log.append(
    change([put(keyNamed('x'), 0), put(keyNamed('y'), 0)], {
      by: { user: 'u', source: '', client: '', message: 'why' },
    }),
  );
  await log.append(change([remove(keyNamed('t3'), null)]));
  await log.append(change([put(keyNamed('s', 'default', 'Secret'), 0)], { dataKeys: [dataKey] }));
  await log.append(change([put(keyNamed('zone-1', '', 'Zone'), 0)]));
  await secretKeys(log.db).putZone('zone-1', 'public');
  await hubCredentials(log.db).add(credential);
});
afterAll(async () => {
  await log?.close();
  await postgres?.stop();
  await folder?.remove();
});

const file = (name: string) => join(folder.path, name);

/** `meridian log …` on the store that the settings name. */
async function run(arguments_: readonly string[], env: Record<string, string>) {
  const said = { out: '', err: '' };
  const status = await meridian(['log', ...arguments_], {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    now: Date.now,
    env,
    stdin: async () => '',
  });
  return { status, ...said };
}
const onPostgres = (url: string) => ({ MERIDIAN_GLOBAL_STORE_URL: url });
const embedded = (name: string) => ({ MERIDIAN_GLOBAL_DATA_DIR: file(name) });

it('is taken while the log is in use, and restored into the embedded store and another PostgreSQL', async () => {
  const taken = await run(['backup', file('log.gz')], onPostgres(source));
  expect([taken.err, taken.status]).toEqual(['', 0]);
  expect(taken.out).toContain('35 events up to position 35, 10 resources');
  expect(statSync(file('log.gz')).mode & 0o077).toBe(0);
  expect((await run(['verify', file('log.gz')], {})).status).toBe(0);

  const url = await postgres.createDatabase();
  for (const store of [embedded('embedded'), onPostgres(url)]) {
    const restored = await run(['restore', file('log.gz')], store);
    expect([restored.err, restored.status]).toEqual(['', 0]);
    const again = await openEventLog(
      await openDb({
        url: store === undefined ? '' : ((store as Record<string, string>).MERIDIAN_GLOBAL_STORE_URL ?? ''),
        directory: file('embedded'),
      }),
    );
    try {
      expect(again.logId).toBe(log.logId);
      expect(await again.read(0, 100)).toEqual(await log.read(0, 100));
      expect(await again.listAll()).toEqual(await log.listAll());
      expect(await again.stateDifferences()).toEqual([]);
      expect(await secretKeys(again.db).zones()).toEqual(new Map([['zone-1', 'public']]));
      expect(await hubCredentials(again.db).current(now)).toEqual([credential]);
      expect(Buffer.from((await secretKeys(again.db).get(dataKey.keyId)) ?? []).toString()).toBe('wrapped');
      const [next] = await again.append(change([put(keyNamed('next'), 0)]));
      expect(next?.position).toBe(36);
    } finally {
      await again.close();
    }
    expect(await run(['restore', file('log.gz')], store)).toMatchObject({
      status: 1,
      err: expect.stringContaining('holds a log already, up to position 36'),
    });
  }
}, 120_000);

it('is restored as another log, for zones that have more than it', async () => {
  await run(['backup', file('older')], onPostgres(source));
  const url = await postgres.createDatabase();
  const restored = await run(['restore', '--as-new', file('older')], onPostgres(url));
  expect(restored.status).toBe(0);
  const again = await openEventLog(pgDb(url));
  try {
    expect(again.logId).not.toBe(log.logId);
    expect(restored.out).toContain(`its id from now on: ${again.logId}`);
    expect(await again.read(0, 100)).toEqual(await log.read(0, 100));
  } finally {
    await again.close();
  }
});

it('is refused when it was cut off, changed, or does not fold to its state; and nothing is restored', async () => {
  await run(['backup', file('whole')], onPostgres(source));
  const lines = readFileSync(file('whole'), 'utf8').trimEnd().split('\n');
  const without = (index: number) => lines.filter((_, i) => i !== index);
  const cases: [string, string[], RegExp][] = [
    ['cut', lines.slice(0, -1), /is not the end of a backup: it was cut off/],
    ['gap', without(5), /line 6: position 6 follows 4/],
    [
      'changed',
      lines.map((line, i) => (i === 5 ? line.replace('"i":', '"j":') : line)),
      /it was changed after it was written/,
    ],
    ['other', ['hello', 'world'], /line 1 is not the head of a backup/],
    ['empty', [], /it is no backup/],
  ];
  const url = await postgres.createDatabase();
  for (const [name, wrong, message] of cases) {
    writeFileSync(file(name), wrong.map((line) => `${line}\n`).join(''));
    expect(await run(['verify', file(name)], {})).toMatchObject({ status: 1, err: expect.stringMatching(message) });
    expect(await run(['restore', file(name)], onPostgres(url))).toMatchObject({
      status: 1,
      err: expect.stringMatching(message),
    });
  }
  expect((await run(['restore', file('whole')], onPostgres(url))).status).toBe(0);
});

it('finds a state that is not what the log says, which can be rebuilt', async () => {
  const url = await postgres.createDatabase();
  await run(['backup', file('sound')], onPostgres(source));
  await run(['restore', file('sound')], onPostgres(url));
  const damaged = pgDb(url);
  await damaged.query(`UPDATE resource SET body = '{}' WHERE rkey = 'default/MeshTimeout/x'`);
  await damaged.close();
  expect(await run(['backup', file('damaged')], onPostgres(url))).toMatchObject({
    status: 1,
    err: expect.stringContaining('the events fold to'),
  });
  expect((await run(['rebuild'], onPostgres(url))).out).toBe('default/MeshTimeout/x\n1 differed\n');
  expect((await run(['rebuild'], onPostgres(url))).out).toBe('nothing differed\n');
  expect((await run(['backup', file('mended.gz')], onPostgres(url))).status).toBe(0);
  expect(gunzipSync(readFileSync(file('mended.gz'))).toString()).toContain('"format":"meridian-log-backup/1"');
});
