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
  const match = /^(\d+)(y|w|d|h|m|s|ms)$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  const lifetime = unit ? Number(match?.[1]) * unit : 0;
  return lifetime > 0 ? lifetime : undefined;
}
