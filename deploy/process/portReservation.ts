import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), 'meridian-ports');
const held = new Set<string>();

process.once('exit', () => {
  for (const file of held) rmSync(file, { force: true });
});

/**
 * Takes a port for this process, for as long as it lives: between finding it free and a server listening there, no other run on
 * this machine must find it free too. @returns false when another process has it.
 */
export function reservePort(port: number): boolean {
  const file = join(folder, String(port));
  try {
    // Runs of other users reserve there as well.
    if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o1777);
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    held.add(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not even its folder is ours to write to: as it was without reservations.
    if (code !== 'EEXIST') return true;
    // What a process left that was killed is for the next one who asks.
    if (!lives(file)) rmSync(file, { force: true });
    return false;
  }
}

function lives(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    // Of another user, or not written yet.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
