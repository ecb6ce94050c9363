import { readFile } from 'node:fs/promises';

/** Of a process, as Linux counts it; undefined where there is no /proc. */
export interface Usage {
  /** Seconds, user and system, since its start. */
  readonly cpu: number;
  /** MiB now and at most since its start. */
  readonly rss: number;
  readonly peak: number;
}

/** USER_HZ: the unit of times in /proc/<pid>/stat on every architecture that Node runs on. */
const TICKS = 100;

export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return readUsage(stat, status);
  } catch {
    return undefined;
  }
}

/** proc_pid_stat(5): utime is field 14, stime 15, and field 2 may contain blanks and parentheses. */
export function readUsage(stat: string, status: string): Usage {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) / 1024;
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    rss: mebibytes('VmRSS'),
    peak: mebibytes('VmHWM'),
  };
}
