import type { CallResult } from '../apps/callByName.ts';
import { answerOf, callFromFrontend, callText, type Demo } from '../demo.ts';
import { until } from '../until.ts';

/** Something that the demo proves with real traffic. */
export interface Proof {
  readonly what: string;
  /** @returns what was measured or seen, in words. @throws Error telling what was seen instead. */
  readonly run: (demo: Demo) => Promise<string>;
}

/** Throws with what was seen, unless it holds. */
export function expectCall(result: CallResult, what: string, holds: boolean): void {
  if (!holds) throw new Error(`expected ${what}, got ${callText(result)}`);
}

/** Calls from frontend until an answer fits. */
export function untilCall(
  demo: Demo,
  service: string,
  path: string,
  what: string,
  fits: (result: CallResult) => boolean,
): Promise<CallResult> {
  return until({ what, probe: () => callFromFrontend(demo, service, path), holds: fits, show: callText });
}

/** Calls so many times in a row. */
export async function callTimes(demo: Demo, service: string, path: string, count: number): Promise<CallResult[]> {
  const results: CallResult[] = [];
  for (let i = 0; i < count; i++) results.push(await callFromFrontend(demo, service, path));
  return results;
}

/** How often each value occurs: `v1 21, v2 19`. */
export function tally(values: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value ?? 'none', (counts.get(value ?? 'none') ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, count]) => `${value} ${count}`)
    .join(', ');
}

export function instances(results: readonly CallResult[]): (string | undefined)[] {
  return results.map((result) => answerOf(result)?.instance);
}

/** A duration for the table. */
export function ms(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds).toLocaleString('en')} ms`;
}
