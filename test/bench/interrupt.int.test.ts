import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { until } from '../../deploy/demo/until.ts';
import { Process } from '../../deploy/process/process.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Command lines of all processes that were started with this variable in their environment. */
async function startedWith(variable: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const commands = pids.map(async (pid) => {
    try {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
      return environment.split('\0').includes(variable) ? [await readFile(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return []; // it has ended
    }
  });
  return (await Promise.all(commands)).flat();
}

test.skipIf(process.platform !== 'linux').each(['mesh-wide', 'puts', 'cross-zone'])(
  'Ctrl-C while %s is measured leaves no process behind',
  async (row) => {
    const mark = randomUUID();
    const running = () => startedWith(`BENCH_MARK=${mark}`);
    const args = [MAIN, '--sidecars', '4', '--services', '4', '--rounds', '1000', '--rows', row];
    const bench = new Process({ name: 'bench', file: process.execPath, args, env: { BENCH_MARK: mark } });
    const started = (commands: string[]) =>
      commands.filter((line) => /nats-server|postgres|meridian\.ts/.test(line)).length;
    await until({
      what: 'servers run',
      probe: running,
      holds: (commands) => started(commands) >= 2,
      timeout: 120_000,
      pause: 200,
    });
    process.kill(bench.pid, 'SIGINT');
    expect((await bench.exited).code).toBe(130);
    await until({
      what: 'all are gone',
      probe: running,
      holds: ({ length }) => length === 0,
      timeout: 60_000,
      pause: 200,
    });
  },
  240_000,
);
