const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration, `24h0m0s` or `1.5h`, in milliseconds; `undefined` when it is none. */
export function goDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^([-+]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (!match) return undefined;
  let ms = 0;
  for (const [, value, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    ms += Number(value) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return match[1] === '-' ? -ms : ms;
}
