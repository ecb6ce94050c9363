import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process started, in whatever form the system tells it: the same pid with another start is another process.
 * @returns `''` when there is no such process, or it is dead and only waits for its parent to notice.
 */
export function processStart(pid: number): string {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** State and field 22 of /proc/PID/stat (proc(5)), which counts from the machine's start. */
function fromProc(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18]}`;
  } catch {
    return '';
  }
}

function fromPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
