import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { keyFile, type KeyFormat, makeNextKey } from './keyFile.ts';

/** Keys that are numbers. */
function numbers(): KeyFormat<number> {
  let made = 0;
  const parse = (text: string) => {
    if (!/^\d+$/.test(text)) throw new Error('expected a number');
    return Number(text);
  };
  return { name: 'number', make: () => String(++made), parse };
}

async function folder(): Promise<string> {
  const { path, remove } = await tempDir('key-file');
  onTestFinished(remove);
  return path;
}

it('is made with one key, for nobody else to read, and then the same', async () => {
  const [format, path] = [numbers(), await folder()];
  const file = join(path, 'deep', 'number.key');
  expect(keyFile(file, format).newest()).toBe(1);
  expect(keyFile(file, format).newest()).toBe(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, 'deep'))).toEqual(['number.key']);
});

it('the next key is the newest, the former one stays until it is dropped', async () => {
  const [format, file] = [numbers(), join(await folder(), 'number.key')];
  expect(() => makeNextKey(file, format)).toThrow(`there is no number in ${file}`);
  const keys = keyFile(file, format);
  makeNextKey(file, format);
  expect(keys.newest()).toBe(1);
  keys.look();
  expect([keys.newest(), keys.former()]).toEqual([2, [1]]);
  expect(keyFile(file, format).former()).toEqual([1]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  keys.dropFormer();
  expect([keys.former(), readFileSync(file, 'utf8')]).toEqual([[], '2\n']);
});

it('a key that was made since the last look is not dropped with the former ones', async () => {
  const [format, file] = [numbers(), join(await folder(), 'number.key')];
  const keys = keyFile(file, format);
  makeNextKey(file, format);
  keys.look();
  makeNextKey(file, format);
  keys.dropFormer();
  keys.look();
  expect([keys.newest(), keys.former()]).toEqual([3, [2, 1]]);
});

it('a file that is replaced as a whole, empty or gone takes nothing from who runs', async () => {
  const [format, path] = [numbers(), await folder()];
  const [file, other] = [join(path, 'number.key'), join(path, 'other.key')];
  const keys = keyFile(file, format);
  keyFile(other, format);
  copyFileSync(other, file);
  keys.look();
  expect([keys.newest(), keys.former()]).toEqual([2, [1]]);
  writeFileSync(file, '\n');
  keys.look();
  rmSync(file);
  keys.look();
  expect([keys.newest(), keys.former()]).toEqual([2, [1]]);
});

it('what is no key is refused with the name of the file, and changes nothing', async () => {
  const [format, file] = [numbers(), join(await folder(), 'number.key')];
  const keys = keyFile(file, format);
  writeFileSync(file, 'seven');
  expect(() => keys.look()).toThrow(`${file}: expected a number`);
  expect(keys.newest()).toBe(1);
  writeFileSync(file, '');
  expect(() => keyFile(file, format)).toThrow(`${file} holds no number`);
});
