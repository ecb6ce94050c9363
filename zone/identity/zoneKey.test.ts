import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { rotateZoneKeyCommand } from './rotateZoneKey.ts';
import { makeNextZoneKey, zoneKeys } from './zoneKey.ts';

async function folder(): Promise<string> {
  const { path, remove } = await tempDir('zone-key');
  onTestFinished(remove);
  return path;
}

it('reads PEM keys from the file, the newest first, whatever stands around them', async () => {
  const file = join(await folder(), 'zone.key');
  const keys = zoneKeys(file);
  const { publicKey } = keys.newest();
  makeNextZoneKey(file);
  writeFileSync(file, `the next one, of today\n${readFileSync(file, 'utf8')}`);
  keys.look();
  expect(keys.newest().publicKey).not.toBe(publicKey);
  expect(keys.former().map((key) => key.publicKey)).toEqual([publicKey]);
  expect(keys.privateKeys()).toEqual([keys.newest().privateKey, keys.former()[0]?.privateKey]);
});

it('`meridian rotate zone-key` finds the file by the settings of the zone', async () => {
  const path = await folder();
  const file = join(path, 'keys', 'zone.key');
  const before = zoneKeys(file).newest().publicKey;
  const printed: string[] = [];
  const env = { MERIDIAN_ZONE_DATA_DIR: path, MERIDIAN_ZONE_KEYS_DIR: join(path, 'keys') };
  await rotateZoneKeyCommand({ out: (text) => printed.push(text), env }).parseAsync([], { from: 'user' });
  expect(printed.join('')).toContain('use the next key within seconds');
  expect(readFileSync(file, 'utf8').match(/BEGIN/g)).toHaveLength(2);
  expect(zoneKeys(file).former()[0]?.publicKey).toBe(before);
});
