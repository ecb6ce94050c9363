import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { resource } from '../../test/support/resource.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { adoptLocalLog } from './adoptLocalLog.ts';
import { LocalZoneLog, ZONE_LOG_FILE } from './localZoneLog.ts';

const registry = await loadRegistry();
const role = { mode: 'zone', zone: 'east', environment: 'universal' } as const;

const written = (type: string, name: string, spec: unknown) =>
  resource(type, 'default', name, spec, { labels: { 'kuma.io/zone': 'alone', team: 'a' } });
const dataplane = (name: string) =>
  written('Dataplane', name, {
    networking: {
      address: '127.0.0.1',
      inbound: [{ port: 80, tags: { 'kuma.io/service': 's', 'kuma.io/zone': 'alone' } }],
    },
  });

async function writtenAlone(): Promise<string> {
  const { path, remove } = await tempDir('adopt');
  onTestFinished(remove);
  const file = join(path, ZONE_LOG_FILE);
  const local = new LocalZoneLog(file);
  await local.put(dataplane('a'));
  await local.put(dataplane('b'));
  await local.put(written('Vip', '240.0.0.1', { service: 's' }));
  local.close();
  return file;
}

test('what was written alone is brought over once, in the name of the zone', async () => {
  const file = await writtenAlone();
  const zoneLog = new MemoryZone('east');
  expect(await adoptLocalLog({ file, zoneLog, registry, role })).toBe(3);
  const adopted = zoneLog.view.get({ type: 'Dataplane', mesh: 'default', name: 'a' }, 'east')?.resource;
  expect(adopted).toMatchObject({
    labels: { 'kuma.io/zone': 'east', team: 'a' },
    spec: { networking: { inbound: [{ tags: { 'kuma.io/service': 's', 'kuma.io/zone': 'east' } }] } },
  });
  expect(zoneLog.view.get({ type: 'Vip', mesh: 'default', name: '240.0.0.1' }, 'east')?.resource.spec).toEqual({
    service: 's',
  });
  expect(existsSync(file)).toBe(false);
  expect(await adoptLocalLog({ file, zoneLog, registry, role })).toBe(0);
});

test('what the zone has written already stays, and the rest follows', async () => {
  const file = await writtenAlone();
  const zoneLog = new MemoryZone('east');
  await zoneLog.put({ ...dataplane('a'), labels: { newer: 'yes' } });
  expect(await adoptLocalLog({ file, zoneLog, registry, role })).toBe(2);
  expect(zoneLog.view.get({ type: 'Dataplane', mesh: 'default', name: 'a' }, 'east')?.resource.labels).toEqual({
    newer: 'yes',
  });
});

test('a write that fails leaves the file for the next start', async () => {
  const file = await writtenAlone();
  const zoneLog = new MemoryZone('east');
  const away = { ...zoneLog, put: () => Promise.reject(new Error('the stream is away')), delete: zoneLog.delete };
  await expect(adoptLocalLog({ file, zoneLog: away, registry, role })).rejects.toThrow('the stream is away');
  expect(await adoptLocalLog({ file, zoneLog, registry, role })).toBe(3);
});
