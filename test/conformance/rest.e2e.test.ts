import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { Process } from '../../deploy/process/process.ts';
import { type BareCluster, startBareCluster } from '../support/bareCluster.ts';

const COMMAND = fileURLToPath(new URL('main.ts', import.meta.url));
let cluster: BareCluster;

beforeAll(async () => {
  cluster = await startBareCluster();
});
afterAll(() => cluster?.stop());

async function conformance(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = new Process({ name: 'conformance', file: process.execPath, args: [COMMAND, ...args] });
  const { code } = await command.exited;
  return { code, output: command.output };
}

test('a running global control plane and a running zone answer as recorded', async () => {
  for (const url of [cluster.global.url, cluster.zones[0]?.url ?? '']) {
    const { code, output } = await conformance('--url', url);
    expect(output.split('\n').filter((line) => !line.startsWith('ok '))).toEqual([
      expect.stringMatching(/^\d+ of \d+ answers are as recorded$/),
    ]);
    expect(code).toBe(0);
  }
});

test('what is not as recorded is told, and ends with 1', async () => {
  const url = cluster.zones[0]?.url ?? '';
  const { code, output } = await conformance('--url', url, '--role', 'global', '--only', 'globalRefusals');
  expect(code).toBe(1);
  expect(output).toMatch(/^not ok 1 globalRefusals: PUT \/meshes\/conformance\n +status: is 405, not 201$/m);
});
