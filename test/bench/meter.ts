import { readdir, readFile } from 'node:fs/promises';
import type { Row } from './report.ts';

/** Of a process, as Linux counts it. */
interface Usage {
  /** CPU seconds of all its threads since its start. */
  readonly cpu: number;
  /** MiB now and at most since its start. */
  readonly rss: number;
  readonly peak: number;
}

/** Undefined where there is no Linux, or no such process. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const times = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
    return readUsage(await Promise.all(times), await readFile(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param schedstats of each thread: nanoseconds on a CPU, then other numbers. /proc/<pid>/stat has the same in units of 10 ms,
 * too coarse for one change.
 * @param status /proc/<pid>/status
 */
export function readUsage(schedstats: readonly string[], status: string): Usage {
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpu: schedstats.reduce((sum, line) => sum + Number.parseInt(line, 10), 0) / 1e9,
    rss: mebibytes('VmRSS'),
    peak: mebibytes('VmHWM'),
  };
}

/** Pids of what is metered. */
export interface Metered {
  readonly global: number;
  readonly zone: number;
  readonly fleet: number;
}

type Usages = { readonly [Who in keyof Metered]: Usage | undefined };

/** Adds up what the control planes and the fleet spend between `start` and `stop`, once or several times. */
export class Meter {
  readonly #pids: Metered;
  readonly #spent = { global: 0, zone: 0, fleet: 0 };
  #started: Usages | undefined;
  #last: Usages | undefined;

  constructor(pids: Metered) {
    this.#pids = pids;
  }

  async start(): Promise<void> {
    this.#started = await this.#look();
  }

  async stop(): Promise<void> {
    this.#last = await this.#look();
    for (const who of ['global', 'zone', 'fleet'] as const)
      this.#spent[who] += (this.#last[who]?.cpu ?? Number.NaN) - (this.#started?.[who]?.cpu ?? Number.NaN);
  }

  /** The columns of a row. @param count changes, or seconds, that the CPU time is shared among */
  columns(count: number, per: 'change' | 'second'): Pick<Row, 'cpu' | 'memory'> {
    const { global, zone, fleet } = this.#spent;
    const usage = this.#last?.zone;
    if (!usage) return {};
    return {
      cpu: { global: global / count, zone: zone / count, fleet: fleet / count, per },
      memory: { rss: usage.rss, peak: usage.peak },
    };
  }

  async #look(): Promise<Usages> {
    const { global, zone, fleet } = this.#pids;
    const [ofGlobal, ofZone, ofFleet] = await Promise.all([global, zone, fleet].map(usageOf));
    return { global: ofGlobal, zone: ofZone, fleet: ofFleet };
  }
}
