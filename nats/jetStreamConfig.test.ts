import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../test/support/tempDir.ts';
import { jetStreamConfig, switchJetStream } from './jetStreamConfig.ts';

async function fileOf(text: string): Promise<string> {
  const { path, remove } = await tempDir('nats-config');
  onTestFinished(remove);
  const file = join(path, 'nats.conf');
  await writeFile(file, text);
  return file;
}

it('JetStream is switched off and on in its line, and all else stays', async () => {
  const text = `listen: "127.0.0.1:4222"\n${jetStreamConfig({ store: '/a "b"', domain: 'zone-1' })}\naccounts {}\n`;
  const file = await fileOf(text);
  switchJetStream(file, false);
  expect(await readFile(file, 'utf8')).toBe(text.replace('enabled: true, ', 'enabled: false,'));
  switchJetStream(file, false);
  switchJetStream(file, true);
  expect(await readFile(file, 'utf8')).toBe(text);
});

it('a configuration of another origin is refused', async () => {
  const file = await fileOf('jetstream { store_dir: "/a" }\n');
  expect(() => switchJetStream(file, true)).toThrow(/older version/);
});
