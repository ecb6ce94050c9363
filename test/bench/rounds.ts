import { type Bench, TIMEOUT } from './bench.ts';
import { Cost } from './cost.ts';
import type { Marker } from './fleet/messages.ts';
import type { Row } from './report.ts';

/** One change, and who is to be sent what because of it. */
export interface Round {
  readonly markers: readonly Marker[];
  readonly ids: readonly string[];
  /** Sidecars that are rightly sent something as well. */
  readonly also?: readonly string[];
  /** Makes the change. @returns when it began, clock(), and what a PUT took where there was one, ms */
  readonly change: () => Promise<{ readonly start: number; readonly answered?: number }>;
  /** Puts things back, off the clock. */
  readonly after?: () => Promise<void>;
}

/** Rounds before those that count: code is compiled and connections are open by then. */
const WARM_UP = 3;
/** Nothing came for so long: the last change is through. */
const QUIET = 150;

/** Makes one change after the other and times each until the sidecars that it concerns were sent it. */
export async function measureRounds(bench: Bench, what: string, next: (round: number) => Round): Promise<Row> {
  const { fleet, rounds, progress } = bench;
  const durations: number[] = [];
  const answers: number[] = [];
  const sums = { missing: 0, needless: 0, responses: 0, bytes: 0 };
  progress.begin(what, WARM_UP + rounds);
  let cost: Cost | undefined;
  for (let round = 0; round < WARM_UP + rounds; round++) {
    await fleet.ask('settled', QUIET);
    const { markers, ids, also, change, after } = next(round);
    if (round === WARM_UP) cost = await Cost.start(bench);
    const watch = await fleet.ask('watch', markers, ids, also ?? []);
    const { start, answered } = await change();
    const arrivals = await fleet.ask('arrivals', watch, TIMEOUT, ids.length);
    await fleet.ask('settled', QUIET);
    const end = await fleet.ask('unwatch', watch);
    await after?.();
    progress.step();
    if (round < WARM_UP) continue;
    if (answered !== undefined) answers.push(answered);
    durations.push(...arrivals.map(({ at }) => at - start));
    sums.missing += ids.length - arrivals.length;
    sums.needless += end.toOthers;
    sums.responses += end.responses;
    sums.bytes += end.bytes;
  }
  return {
    what,
    samples: { durations, answers, missing: sums.missing, needless: sums.needless },
    ...(await cost?.take(rounds, 'change')),
    responses: sums.responses / rounds,
    bytes: sums.bytes / rounds,
  };
}
