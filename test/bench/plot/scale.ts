/** A logarithmic axis. */
export interface Scale {
  /** Where a value lies, in pixels. */
  readonly at: (value: number) => number;
  /** Values with a line: the powers of ten, and for short axes their double and fivefold. */
  readonly ticks: readonly number[];
}

/** @param values to be shown, all above 0. @param from pixel of the smallest one. @param to pixel of the largest one */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const steps = decades.length > 4 ? [1] : decades.length > 3 ? [1, 3] : [1, 2, 5];
  // 10 ** -3 is not exactly what 1e-3 reads as.
  const round = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)));
  const start = round.findLast((tick) => tick <= low) ?? low;
  const end = round.find((tick) => tick >= high && tick > start) ?? Math.max(high, start * 10);
  const span = Math.log10(end) - Math.log10(start);
  return {
    at: (value) => from + ((Math.log10(value) - Math.log10(start)) / span) * (to - from),
    ticks: round.filter((tick) => tick >= start && tick <= end),
  };
}
