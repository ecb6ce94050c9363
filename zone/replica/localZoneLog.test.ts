import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resource } from '../../test/support/resource.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { type LocalMessage, LocalZoneLog } from './localZoneLog.ts';
import { StaleWrite } from './ports.ts';

const dataplane = (name: string, spec?: unknown) => resource('Dataplane', 'default', name, spec);

async function file(): Promise<string> {
  const { path, remove } = await tempDir('zone-log');
  onTestFinished(remove);
  return join(path, 'zone', 'zone-log.sqlite');
}

test('keeps the last message of every resource, in order, across openings', async () => {
  const path = await file();
  const log = new LocalZoneLog(path);
  const told: LocalMessage[] = [];
  log.onWritten((message) => told.push(message));
  expect(await log.put(dataplane('a'))).toBe(1);
  expect(await log.put(dataplane('b'))).toBe(2);
  expect(await log.put(dataplane('a', { changed: true }))).toBe(3);
  expect(await log.delete(dataplane('b'))).toBe(4);
  expect(told.map(({ key, resource, sequence }) => [key.name, resource !== null, sequence])).toEqual([
    ['a', true, 1],
    ['b', true, 2],
    ['a', true, 3],
    ['b', false, 4],
  ]);
  log.close();

  const again = new LocalZoneLog(path);
  onTestFinished(() => again.close());
  expect([...again.messages()]).toMatchObject([{ sequence: 3, resource: dataplane('a', { changed: true }) }]);
  expect(await again.put(dataplane('c'))).toBeGreaterThan(3);
});

test('a write upon what is not there any more is refused and writes nothing', async () => {
  const log = new LocalZoneLog(await file());
  onTestFinished(() => log.close());
  const sequence = await log.put(dataplane('a'), 0);
  await expect(log.put(dataplane('a', { late: true }), 0)).rejects.toThrow(StaleWrite);
  expect([...log.messages()]).toMatchObject([{ resource: { spec: {} } }]);
  await log.put(dataplane('a', { next: true }), sequence);
  await log.delete(dataplane('a'));
  expect([...log.messages()]).toEqual([]);
  // As after a deletion in the stream, an address may be claimed anew.
  await log.put(dataplane('a'), 0);
});

test('takes several together, or none of them', async () => {
  const log = new LocalZoneLog(await file());
  onTestFinished(() => log.close());
  const told: LocalMessage[] = [];
  log.onWritten((message) => told.push(message));
  expect(await log.putAll([{ resource: dataplane('a') }, { resource: dataplane('b'), expected: 0 }])).toBe(2);
  const late = log.putAll([{ resource: dataplane('c') }, { resource: dataplane('b', { late: true }), expected: 0 }]);
  await expect(late).rejects.toThrow(StaleWrite);
  expect(told.map(({ key, sequence }) => [key.name, sequence])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect([...log.messages()].map(({ key }) => key.name)).toEqual(['a', 'b']);
  expect(await log.putAll([{ resource: dataplane('b', { next: true }), expected: 2 }])).toBe(3);
});

test('only one may have it open', async () => {
  const path = await file();
  const log = new LocalZoneLog(path);
  onTestFinished(() => log.close());
  await log.put(dataplane('a'));
  expect(() => new LocalZoneLog(path)).toThrow('only one process may have it open');
});
