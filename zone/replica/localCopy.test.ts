import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { LocalCopy } from './localCopy.ts';

it('a copy in the form of another version is dropped, with what was set aside, and filled anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'copy.sqlite');
  const problems: Error[] = [];
  const open = () => new LocalCopy(file, (error) => problems.push(error));

  const entry = { key: 'default/MeshTimeout/t', version: 1, schema: 1, position: 1, body: '{}' };
  const changes = {
    logId: 'log',
    position: 1,
    entries: [entry],
    aside: new Map([[entry.key, { ...entry, reason: 'new' }]]),
    grants: new Map([['key', '{}']]),
  };
  const writing = open();
  writing.save(changes);
  writing.close();
  const first = open();
  expect(first.load()).toMatchObject({ position: 1, entries: [entry], aside: [{ reason: 'new' }] });
  first.close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 1000');
  db.close();

  const second = open();
  expect(second.load()).toBeUndefined();
  second.save({ ...changes, aside: new Map(), grants: new Map() });
  second.close();
  const third = open();
  expect(third.load()).toMatchObject({ entries: [entry], aside: [], grants: [] });
  third.close();
  expect(problems).toEqual([]);
});

/** Files that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return []; // the one that lists them
    }
  });

it.runIf(process.platform === 'linux')('a copy that cannot be read is put aside, and let go of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'copy.sqlite');
  new LocalCopy(file).close();
  const db = new DatabaseSync(file);
  db.exec('DROP TABLE head');
  db.close();
  const problems: string[] = [];
  const copy = new LocalCopy(file, ({ message }) => problems.push(message));
  expect(problems).toEqual([expect.stringContaining('no such table: head')]);
  expect(openFiles().filter((one) => one.startsWith(`${file}.broken`))).toEqual([]);
  expect(copy.load()).toBeUndefined();
  copy.close();
});

it('says why it could not be written, and writes all of it the next time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'copy.sqlite');
  const copy = new LocalCopy(file);
  const entry = { key: 'default/MeshTimeout/t', version: 1, schema: 1, position: 1, body: '{}' };
  const changes = { logId: 'log', position: 1, entries: [entry], aside: new Map(), grants: new Map() };
  const db = new DatabaseSync(file);
  // As a full disk does, this ends the transaction.
  db.exec("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END");
  expect(() => copy.save(changes)).toThrow('the disk is full');
  db.exec('DROP TRIGGER full');
  db.close();
  copy.save(changes);
  copy.close();
  const again = new LocalCopy(file);
  expect(again.load()).toMatchObject({ position: 1, entries: [entry] });
  again.close();
});
