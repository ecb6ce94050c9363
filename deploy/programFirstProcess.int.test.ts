import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Process } from './process/process.ts';
import { freePort } from './process/ports.ts';
import { ROOT } from './demo/tools.ts';
import { tempDir } from '../test/support/tempDir.ts';

const IN_NAMESPACE = ['--pid', '--fork', '--kill-child'];

// Only root may make a namespace, and not everywhere.
const mayUnshare = spawnSync('unshare', [...IN_NAMESPACE, 'true']).status === 0;

describe.runIf(mayUnshare)('a control plane that is the first process of a container', () => {
  it('ends when it is told to while it waits for its nats-server', async () => {
    const { path, remove } = await tempDir('first-process');
    onTestFinished(remove);
    const args = [...IN_NAMESPACE, process.execPath, join(ROOT, 'deploy/meridian.ts'), 'global'];
    const control = new Process({
      name: 'global',
      file: 'unshare',
      args,
      env: {
        MERIDIAN_GLOBAL_DATA_DIR: path,
        MERIDIAN_GLOBAL_NATS_URL: `tls://127.0.0.1:${await freePort()}`,
        MERIDIAN_GLOBAL_API_PORT: '0',
        MERIDIAN_GLOBAL_DIAGNOSTICS_PORT: '0',
      },
    });
    onTestFinished(async () => void (await control.kill()));
    await control.line(/global waits/);
    // A signal that it does not handle does nothing to the first process of a namespace.
    const [pid = ''] = readFileSync(`/proc/${control.pid}/task/${control.pid}/children`, 'utf8').split(' ');
    process.kill(Number(pid), 'SIGTERM');
    expect(
      await control
        .orFail(
          control.exited.then(() => 'ended'),
          30_000,
          'ended',
        )
        .catch(String),
    ).toBe('ended');
  }, 120_000);
});
