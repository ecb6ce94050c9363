import { type Bench, TIMEOUT } from './bench.ts';
import { collectGarbage } from './collectGarbage.ts';
import type { Arrival, Marker } from './fleet/messages.ts';
import { hopsNote, type RoundTimes } from './hopsNote.ts';
import type { Row } from './report.ts';

/** One change, and who is to be sent what because of it. */
export interface Round {
  readonly markers: readonly Marker[];
  readonly ids: readonly string[];
  /** Sidecars that are rightly sent something as well. */
  readonly also?: readonly string[];
  /** Makes the change. @returns when it began, clock(), and what a PUT took where there was one, ms */
  readonly change: () => Promise<{ readonly start: number; readonly answered?: number }>;
  /** Who of `ids` was reached and when, where markers do not tell it. */
  readonly arrivals?: () => Promise<readonly Arrival[]>;
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
  const times: RoundTimes[] = [];
  const meter = bench.meter();
  const hops = bench.hops();
  progress.begin(what, WARM_UP + rounds);
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const counts = round >= WARM_UP;
    const { markers, ids, also = [], change, arrivals: ask, after } = next(round);
    await fleet.ask('settled', QUIET);
    await fleet.ask('collectGarbage');
    const watch = await fleet.ask('watch', markers, ids, also);
    if (counts) await hops.start();
    collectGarbage();
    if (counts) await meter.start();
    const { start, answered } = await change();
    const arrivals = await (ask ? ask() : fleet.ask('arrivals', watch, TIMEOUT, ids.length));
    await fleet.ask('settled', QUIET);
    if (counts) await meter.stop();
    const way = counts ? await hops.stop() : undefined;
    const end = await fleet.ask('unwatch', watch);
    await after?.();
    progress.step();
    if (!counts) continue;
    const took = arrivals.map(({ at }) => at - start);
    if (answered !== undefined) answers.push(answered);
    if (answered !== undefined && way)
      times.push({ answered, ...way, first: Math.min(...took), last: Math.max(...took) });
    durations.push(...took);
    sums.missing += ids.length - arrivals.length;
    sums.needless += end.toOthers;
    sums.responses += end.responses;
    sums.bytes += end.bytes;
  }
  return {
    what,
    samples: { durations, answers, missing: sums.missing, needless: sums.needless },
    ...meter.columns(rounds, 'change'),
    responses: sums.responses / rounds,
    bytes: sums.bytes / rounds,
    ...(times.length > 0 ? { note: hopsNote(times) } : {}),
  };
}
