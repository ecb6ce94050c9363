import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runMeridian } from '../../test/support/runMeridian.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { Process } from '../process/process.ts';
import { findOnPath } from '../setup/findOnPath.js';

const FOLDER = import.meta.dirname;
const units = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.service'))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));

it.runIf(findOnPath('systemd-analyze'))('systemd has nothing to say against the units', async () => {
  const { path: folder, remove } = await tempDir('units');
  onTestFinished(remove);
  const files = units.map(({ name, text }) => {
    const file = join(folder, name.replace('@', '@one'));
    // What they start need not be installed here.
    writeFileSync(file, text.replaceAll(/\/usr\/local\/bin\/[a-z-]+/g, process.execPath));
    return file;
  });
  expect(files).toHaveLength(5);
  const analyze = new Process({ name: 'systemd-analyze', file: 'systemd-analyze', args: ['verify', ...files] });
  expect(await analyze.exited).toEqual({ code: 0, signal: null });
  expect(analyze.output).toBe('');
});

it.each(units.filter(({ text }) => text.includes('/meridian ')))(
  '$name starts a command that there is',
  async ({ text }) => {
    const [, verb = '', flags = ''] = /^ExecStart=\/usr\/local\/bin\/meridian (\w+) (.*)$/m.exec(text) ?? [];
    const { out } = await runMeridian([verb, '--help'], { env: {} });
    expect(out).toMatch(new RegExp(`^Usage: meridian ${verb} `, 'm'));
    const named = flags.match(/--[a-z-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    for (const flag of named) expect(out).toMatch(new RegExp(`[\\s,]${flag} `));
  },
);
