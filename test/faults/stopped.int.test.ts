import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Process } from '../../deploy/process/process.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Processes of this machine that have this text in their environment. */
function started(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false; // it is gone, or not ours to look at
    }
  });
}

it.runIf(process.platform === 'linux')(
  'SIGTERM in the middle of a round leaves nothing',
  async () => {
    const mark = randomUUID();
    const run = new Process({
      name: 'faults',
      file: process.execPath,
      args: [MAIN, '--scenario', 'linkSlow'],
      env: { FAULTS_RUN: mark },
      grace: 90_000,
    });
    await run.line(/^\[1\/1\] linkSlow: /, 120_000);
    expect(started(mark).length).toBeGreaterThan(5);
    expect(await run.stop()).toEqual({ code: 128 + 15, signal: null });
    expect(started(mark)).toEqual([]);
  },
  300_000,
);
