import { LONGEST_DURATION_MS } from '../goDuration.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  y: 365 * 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
  d: 24 * 3_600_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/** Milliseconds of Kuma's certificate durations, `10y`, `24h`; `undefined` for 0 and for what is none. */
export function certificateLifetime(text: string): number | undefined {
  return millisecondsOf(text) || undefined;
}

/** Is it one of Kuma's certificate durations: one number and one unit, or 0? There are no dates for much longer ones than Go has. */
export function isLifetime(text: string): boolean {
  return text === '0' || millisecondsOf(text) !== undefined;
}

function millisecondsOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+)(y|w|d|h|m|s|ms)$/.exec(text) ?? [];
  const lifetime = Number(count) * (UNIT_MS[unit] ?? 0);
  return lifetime < LONGEST_DURATION_MS ? lifetime : undefined;
}
