import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Process } from '../../deploy/process/process.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { lockDirectory } from './directoryLock.ts';

const script = (folder: string) => `
  import { lockDirectory } from ${JSON.stringify(new URL('./directoryLock.ts', import.meta.url).href)};
  try { lockDirectory(${JSON.stringify(folder)}); console.log('locked'); setInterval(() => {}, 1000); }
  catch (error) { console.log('refused: ' + error.message); }`;

const contender = (folder: string) =>
  new Process({
    name: 'contender',
    file: process.execPath,
    args: ['--input-type=module', '-e', script(folder)],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });

it('gives a folder to one of many, and to the next when that one is killed', async () => {
  const folder = await tempDir('lock');
  for (let round = 0; round < 3; round++) {
    const contenders = Array.from({ length: 6 }, () => contender(folder.path));
    const said = await Promise.all(contenders.map((one) => one.line(/^(locked|refused)/)));
    const owner = contenders[said.indexOf('locked')];
    expect(said.filter((line) => line === 'locked')).toHaveLength(1);
    expect(() => lockDirectory(folder.path)).toThrow(`in use by process ${owner?.pid}`);
    await Promise.all(contenders.map((one) => one.kill()));
  }
  const unlock = lockDirectory(folder.path);
  unlock();
  expect(readdirSync(folder.path)).toEqual([]);
  await folder.remove();
});

it('is not fooled by a pid that now belongs to another program', async () => {
  const folder = await tempDir('lock');
  const lock = { id: 'x', pid: process.pid, start: 'long ago' };
  writeFileSync(join(folder.path, 'meridian.lock'), JSON.stringify(lock));
  lockDirectory(folder.path)();
  await folder.remove();
});
