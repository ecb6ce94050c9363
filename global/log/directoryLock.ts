import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes a data folder for this process: PGlite lets a second process open it, and silently loses data then. The lock of a
 * process that is gone is taken over (its pid may live on as another program: the start time tells them apart).
 * @returns the function that gives it back. @throws Error that says who has it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'meridian.lock');
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, start: startTime(process.pid) }), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error;
      const holder = readHolder(file);
      if (holder && startTime(holder.pid) === holder.start) {
        throw new Error(
          `the data folder ${directory} is in use by process ${holder.pid}; stop it, or choose another folder (MERIDIAN_GLOBAL_DATA_DIR)`,
        );
      }
      rmSync(file, { force: true });
    }
  }
}

function readHolder(file: string): { pid: number; start: string } | undefined {
  try {
    const { pid, start } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; start: string };
    return { pid, start };
  } catch {
    return undefined; // half written by a process that died at it
  }
}

/** Field 22 of /proc/PID/stat; where there is no /proc, whether the process exists. Empty: it does not. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === 'linux' ? '' : 'alive';
    } catch {
      return '';
    }
  }
}
