import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { BadRequest } from '../../shared/rest/errors.ts';
import { View } from '../../shared/view/view.ts';
import { resourceOf } from '../../test/support/snapshotCase.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { type LocalMessage, LocalZoneLog } from '../replica/localZoneLog.ts';
import { StaleWrite } from '../replica/ports.ts';
import { resourceWriter } from './resourceWriter.ts';

const ZONE = 'east';
const registry = await loadRegistry();
const author = { user: 'ann', source: '', client: '' };
const dataplane = (name: string, address = '127.0.0.1'): Resource =>
  resourceOf({ type: 'Dataplane', mesh: 'default', name, networking: { address } });

async function zone() {
  const { path, remove } = await tempDir('zone-writer');
  const log = new LocalZoneLog(join(path, 'log.sqlite'));
  onTestFinished(async () => {
    log.close();
    await remove();
  });
  const view = new View();
  const written: LocalMessage[] = [];
  log.onWritten((message) => {
    written.push(message);
    view.apply({ origin: ZONE, key: message.key, resource: message.resource, version: message.sequence });
  });
  const replica = { applied: async () => {} };
  const writer = resourceWriter({ view, zone: ZONE, log, replica, now: () => new Date('2026-01-01T00:00:00Z') });
  const descriptor = registry.byType('Dataplane');
  if (!descriptor) throw new Error('there are Dataplanes');
  /** As the checks see it now. */
  const seen = (resource: Resource) => ({ descriptor, resource, existing: view.get(resource, ZONE) });
  const together = (puts: readonly ReturnType<typeof seen>[], precondition = () => {}) =>
    writer.putAll({ puts, author, precondition });
  return { together, seen, written, names: () => written.map(({ key }) => key.name) };
}

test('what changes nothing is not written', async () => {
  const { together, seen, names } = await zone();
  expect(await together([seen(dataplane('a')), seen(dataplane('b'))])).toEqual({ statuses: ['created', 'created'] });
  const again = await together([seen(dataplane('a')), seen(dataplane('b', '127.0.0.2')), seen(dataplane('c'))]);
  expect(again).toEqual({ statuses: ['unchanged', 'updated', 'created'] });
  expect(names()).toEqual(['a', 'b', 'b', 'c']);
});

test('nothing is written when one was written since the checks saw it, or a condition does not hold', async () => {
  const { together, seen, names } = await zone();
  const [early, created] = [seen(dataplane('a', '127.0.0.3')), seen(dataplane('b'))];
  await together([seen(dataplane('a'))]);
  await expect(together([created, early])).rejects.toThrow(StaleWrite);
  const refuse = () => {
    throw new Error('not so');
  };
  await expect(together([created], refuse)).rejects.toThrow('not so');
  expect(names()).toEqual(['a']);
});

test('more than a batch of the log takes are refused', async () => {
  const { together, seen, names } = await zone();
  const crowd = Array.from({ length: 501 }, (_, i) => seen(dataplane(`dp-${i}`)));
  await expect(together(crowd)).rejects.toThrow(BadRequest);
  expect(names()).toEqual([]);
  await together(crowd.slice(1));
  expect(names().length).toBe(500);
});
