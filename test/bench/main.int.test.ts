import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../support/tempDir.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const ROWS = ['connect', 'mesh-wide', 'one', 'instance', 'restart'];

test.each(['delta', 'sotw'])(
  'each row of a small fleet is measured over %s, and nobody is missing',
  async (protocol) => {
    const folder = await tempDir('bench');
    onTestFinished(() => folder.remove());
    const json = join(folder.path, 'results.json');
    const size = ['--sidecars', '4', '--services', '6', '--outbounds', '3', '--rounds', '1'];
    await run(process.execPath, [
      MAIN,
      ...size,
      '--rows',
      ROWS.join(),
      '--protocol',
      protocol,
      '--mtls',
      '--json',
      json,
    ]);
    const { rows } = JSON.parse(await readFile(json, 'utf8'));
    expect(rows.map((row: { name: string }) => row.name)).toEqual(ROWS);
    for (const { samples } of rows) {
      expect(samples.durations.length).toBeGreaterThan(0);
      expect(samples.durations.every((ms: number) => ms > 0)).toBe(true);
      expect(samples).toMatchObject({ missing: 0, needless: 0 });
    }
  },
  180_000,
);
