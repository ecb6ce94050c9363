import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

const WORK = new URL('referenceWork.ts', import.meta.url);

/** How fast the machine is at present: milliseconds for a fixed piece of work. It is not the same in every hour of a shared machine. */
export interface MachineSpeed {
  /** Done by one thread. */
  readonly alone: number;
  /** Done by two threads at once: the mean. Two CPUs may be one core. */
  readonly two: number;
}

export async function machineSpeed(): Promise<MachineSpeed> {
  return { alone: await timed(1), two: await timed(2) };
}

async function timed(threads: number): Promise<number> {
  const times = await Promise.all(
    Array.from({ length: threads }, async () => (await once(new Worker(WORK), 'message'))[0] as number),
  );
  return times.reduce((sum, time) => sum + time, 0) / threads;
}

/** CPU time of the whole machine since its start, in ticks. */
interface Ticks {
  readonly all: number;
  /** When we would have run, but the host ran something else. */
  readonly stolen: number;
}

/** @param stat /proc/stat @see proc(5): user, nice, system, idle, iowait, irq, softirq, steal; what follows is in user and nice too */
export function readTicks(stat: string): Ticks {
  const numbers = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').slice(0, 8).map(Number) ?? [];
  return { all: numbers.reduce((sum, one) => sum + one, 0), stolen: numbers[7] ?? 0 };
}

/** Undefined where there is no Linux. */
export async function ticks(): Promise<Ticks | undefined> {
  return readFile('/proc/stat', 'utf8').then(readTicks, () => undefined);
}

/** One line about the machine, to be read with the numbers beside it. @param from,to of the time that they are of */
export function speedText({ alone, two }: MachineSpeed, from?: Ticks, to?: Ticks): string {
  const work = `reference work ${alone.toFixed(0)} ms alone, ${two.toFixed(0)} ms on two CPUs at once`;
  if (!from || !to || to.all === from.all) return work;
  const stolen = (100 * (to.stolen - from.stolen)) / (to.all - from.all);
  return `${work}; meanwhile the host took ${stolen.toFixed(1)} % of the CPU time`;
}
