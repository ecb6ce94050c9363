import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
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

it('the next key is the newest, the former one stays until it is dropped', async () => {
  const file = join(await folder(), 'zone.key');
  expect(() => makeNextZoneKey(file)).toThrow('there is no key of a zone in');
  const keys = zoneKeys(file);
  const first = keys.newest().publicKey;
  makeNextZoneKey(file);
  expect(keys.newest().publicKey).toBe(first);
  keys.look();
  expect(keys.newest().publicKey).not.toBe(first);
  expect(keys.former().map(({ publicKey }) => publicKey)).toEqual([first]);
  expect(zoneKeys(file).privateKeys()).toHaveLength(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const newest = keys.newest().publicKey;
  keys.dropFormer();
  expect([keys.former(), zoneKeys(file).newest().publicKey, zoneKeys(file).former()]).toEqual([[], newest, []]);
});

it('a key that was made meanwhile is not taken for the one that everything is sealed to', async () => {
  const file = join(await folder(), 'zone.key');
  const keys = zoneKeys(file);
  makeNextZoneKey(file);
  keys.look();
  makeNextZoneKey(file);
  keys.dropFormer();
  keys.look();
  expect(keys.privateKeys()).toHaveLength(3);
});

it('a file that is replaced as a whole, or gone, takes nothing from who runs', async () => {
  const path = await folder();
  const [file, other] = [join(path, 'zone.key'), join(path, 'other.key')];
  const keys = zoneKeys(file);
  const first = keys.newest().publicKey;
  const replaced = zoneKeys(other).newest().publicKey;
  copyFileSync(other, file);
  keys.look();
  expect([keys.newest().publicKey, keys.former()[0]?.publicKey]).toEqual([replaced, first]);
  rmSync(file);
  keys.look();
  expect(keys.newest().publicKey).toBe(replaced);
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
