import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { rotateZoneCaCommand } from './rotateZoneCa.ts';
import { caFile, zoneCa } from './zoneCa.ts';

it('makes the next CA in the folder that the settings name, and drops the former one', async () => {
  const { path, remove } = await tempDir('rotate-zone-ca');
  onTestFinished(remove);
  const env = { MERIDIAN_ZONE_DATA_DIR: path, MERIDIAN_ZONE_KEYS_DIR: join(path, 'keys') };
  const rotate = async (...words: string[]) => {
    const printed: string[] = [];
    await rotateZoneCaCommand({ out: (text) => printed.push(text), env }).parseAsync(words, { from: 'user' });
    return printed.join('');
  };
  await expect(rotate('leaf')).rejects.toThrow(`there is no CA of the leaf in ${join(path, 'leaf')}`);
  const first = await zoneCa(join(path, 'leaf'), 'leaf', new Date());
  await zoneCa(join(path, 'keys'), 'dp-server', new Date());
  const trusted = (folder: string, name: 'leaf' | 'dp-server') =>
    certificatesIn(readFileSync(caFile(join(path, folder), name), 'utf8'));
  expect(await rotate('leaf')).toContain('the next CA signs for the leaf within seconds');
  expect(await rotate('dp-server')).toMatch(/Proxies that run now find back until \d{4}-/);
  expect([trusted('leaf', 'leaf').length, trusted('keys', 'dp-server').length]).toEqual([2, 2]);
  await rotate('leaf', '--drop-former');
  expect([trusted('leaf', 'leaf').length, trusted('keys', 'dp-server').length]).toEqual([1, 2]);
  expect(trusted('leaf', 'leaf')).not.toEqual(certificatesIn(first.trusted));
});
