import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Process } from '../process/process.ts';

const SCRIPT = fileURLToPath(new URL('main.ts', import.meta.url));

test.each([['--standalone'], ['--zones', '2'], ['--dp-auth', 'none']])(
  'the demo does not pass over %s, which goes with --bare only',
  async (...args) => {
    const demo = new Process({ name: 'demo', file: process.execPath, args: [SCRIPT, ...args] });
    expect(await demo.exited).toMatchObject({ code: 1 });
    expect(demo.output).toContain(`error: ${args[0]} goes with --bare only`);
  },
);

test('a folder that cannot be is told in one line', async () => {
  const demo = new Process({ name: 'demo', file: process.execPath, args: [SCRIPT, '--bare', '--data', SCRIPT] });
  expect(await demo.exited).toMatchObject({ code: 1 });
  expect(demo.output).toContain(`error: there can be no folder ${SCRIPT}: `);
  expect(demo.output).not.toContain('    at ');
});
