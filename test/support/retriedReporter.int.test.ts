import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SUITE = `import { expect, it } from 'vitest';
let tries = 0;
it('holds the second time', { retry: 1 }, () => expect([++tries]).toEqual([2]));
it('holds', () => {});
`;

it('a test that passed with a retry is told with the reason it failed for at first, no other one is', async () => {
  const folder = await mkdtemp(join(root, '.tools', 'retried-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'suite.spec.ts'), SUITE);
  await writeFile(join(folder, 'vitest.config.ts'), "export default { test: { include: ['suite.spec.ts'] } };\n");
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporter = join(root, 'test', 'support', 'retriedReporter.ts');
  const args = [vitest, 'run', '--root', folder, `--reporter=${reporter}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stdout).toMatch(
    /^needed a retry: suite\.spec\.ts > holds the second time\n +AssertionError: expected \[ 1 \] to deeply equal \[ 2 \]/,
  );
  expect(stdout).toMatch(/^ +- +2,$/m);
  expect(stdout.match(/needed a retry/g)).toHaveLength(1);
});
