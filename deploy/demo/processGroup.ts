import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Whether anything in the process group still runs. A dead process whose new parent has not collected it yet does not
 * count: where the first process of a container collects nobody, such entries stay for ever.
 */
export function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .some((pid) => runsIn(group, pid));
}

/** proc_pid_stat(5): `pid (comm) state ppid pgrp …`, where comm may hold spaces and parentheses. */
function runsIn(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

/** Ends what is left of the group at once, and waits until it is gone. */
export async function endGroup(group: number): Promise<void> {
  killGroup(group);
  while (groupLives(group)) await wait(5);
}

export function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left
  }
}
