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

/** Go counts nanoseconds in 63 bits: some 292 years. Envoy takes no longer ones either. */
export const LONGEST_DURATION_MS = 2 ** 63 / 1e6;

const NS_PER_MS = 1e6;

/** A Go duration, `24h0m0s` or `1.5h`, in milliseconds, exact to a nanosecond; `undefined` when it is none, or too long for Go. */
export function goDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  // No digit may belong to two parts of it: a text of many digits would be tried in as many ways as it has pairs of them.
  const match = /^([-+]?)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (!match) return undefined;
  let ms = 0;
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    ms += Number(value) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  if (ms >= LONGEST_DURATION_MS) return undefined;
  if (!Number.isInteger(ms)) ms = Math.round(ms * NS_PER_MS) / NS_PER_MS;
  return match[1] === '-' ? -ms : ms;
}

/** Why a text is no Go duration, as Go's parser says it: a number without its unit, and a unit that it does not know, apart from the rest. */
export function goDurationFault(text: string): string {
  return `time: ${faultOf(text)} ${JSON.stringify(text)}`;
}

function faultOf(text: string): string {
  const [, unit] = /^[-+]?(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text) ?? [];
  if (unit === undefined) return 'invalid duration';
  if (unit === '') return 'missing unit in duration';
  return !Object.hasOwn(UNIT_MS, unit) ? `unknown unit ${JSON.stringify(unit)} in duration` : 'invalid duration';
}

/** As Go prints it, which is what Kuma answers: `24h` is `24h0m0s`, `0.25s` is `250ms`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1e-3) return `${sign}${decimal(abs * NS_PER_MS)}ns`;
  if (abs < 1) return `${sign}${decimal(abs * 1_000)}µs`;
  if (abs < 1_000) return `${sign}${decimal(abs)}ms`;
  const hours = Math.floor(abs / 3_600_000);
  const minutes = Math.floor((abs % 3_600_000) / 60_000);
  const seconds = decimal((abs % 60_000) / 1_000);
  return `${sign}${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${seconds}s`;
}

/** A google.protobuf.Duration as Kuma answers it, `10s` or `0.250s`: none, three, six or nine decimals. */
export function formatProtoDuration(ms: number): string {
  const digits = String(Math.round(ms * 1_000_000)).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
    .replace(/(000){1,3}$/, '')
    .replace(/\.$/, '')
    .concat('s');
}

/** The JSON form of google.protobuf.Duration, `0.25s`. */
export function protoDuration(ms: number): string {
  return `${decimal(ms / 1_000)}s`;
}

/** With nine decimals at most and none in vain, never as `1e-7`. */
function decimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '');
}
