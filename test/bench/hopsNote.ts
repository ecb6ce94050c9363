import type { Hops } from './hops.ts';
import { percentile } from './percentile.ts';

/** What one round took, milliseconds: the PUT's answer, the change's way from its commit, the first and the last sidecar from the PUT's start. */
export interface RoundTimes extends Hops {
  readonly answered: number;
  readonly first: number;
  readonly last: number;
}

const SLOWEST = 3;

const STEPS: readonly (readonly [keyof RoundTimes, string])[] = [
  ['answered', 'PUT answered'],
  ['relayed', 'commit → hub'],
  ['applied', 'commit → view'],
  ['acknowledged', 'commit → acknowledged (mean)'],
  ['first', 'PUT → first sidecar'],
  ['last', 'PUT → last sidecar'],
];

/** Says at which step the time goes: the median of every step, and the slowest rounds one by one. */
export function hopsNote(rounds: readonly RoundTimes[]): string {
  const median = (step: keyof RoundTimes) => {
    const sorted = rounds.map((round) => round[step]).filter((ms) => !Number.isNaN(ms));
    return percentile(
      sorted.toSorted((a, b) => a - b),
      0.5,
    );
  };
  const line = (value: (step: keyof RoundTimes) => number) =>
    STEPS.map(([step, title]) => `${title} ${Number.isNaN(value(step)) ? '-' : value(step).toFixed(1)}`).join(', ');
  const slowest = rounds.toSorted((a, b) => b.last - a.last).slice(0, SLOWEST);
  return [
    `ms, median of the rounds: ${line(median)}`,
    ...slowest.map((round) => `  slowest, round ${rounds.indexOf(round) + 1}: ${line((step) => round[step])}`),
  ].join('\n');
}
