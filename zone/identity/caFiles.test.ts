import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { CaFiles } from './caFiles.ts';

test('a file is read once, and a look tells when it is another, is gone or is there again', async () => {
  const { path, remove } = await tempDir('ca-files');
  onTestFinished(remove);
  const file = join(path, 'ca.crt');
  const other = join(path, 'next.crt');
  const files = new CaFiles();
  expect(() => files.read(file)).toThrow(`the file ${file} cannot be read by this control plane (ENOENT)`);

  writeFileSync(file, 'first');
  expect(() => files.read(file)).toThrow('ENOENT');
  expect([files.look(), files.revision]).toEqual([true, 1]);
  expect(files.read(file)).toBe('first');
  expect([files.look(), files.revision]).toEqual([false, 1]);

  writeFileSync(other, 'second');
  renameSync(other, file);
  expect(files.read(file)).toBe('first');
  expect([files.look(), files.revision, files.read(file)]).toEqual([true, 2, 'second']);

  rmSync(file);
  expect(files.look()).toBe(true);
  expect(() => files.read(file)).toThrow('ENOENT');
});

test('what is no file of a reasonable size is not read', async () => {
  const { path, remove } = await tempDir('ca-files');
  onTestFinished(remove);
  mkdirSync(join(path, 'folder'));
  writeFileSync(join(path, 'long'), Buffer.alloc((1 << 20) + 1));
  const files = new CaFiles();
  for (const name of ['folder', 'long'])
    expect(() => files.read(join(path, name))).toThrow('is no file of a certificate or key');
});
