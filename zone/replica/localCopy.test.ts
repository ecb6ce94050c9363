import { mkdtempSync, rmSync } from 'node:fs';
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
