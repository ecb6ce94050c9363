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

/** Why a text is no Go duration, as Go's parser says it: a number without its unit, and a unit that it does not know, apart from the rest. */
export function goDurationFault(text: string): string {
  return `time: ${faultOf(text)} ${JSON.stringify(text)}`;
}

function faultOf(text: string): string {
  const [, unit] = /^[-+]?(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text) ?? [];
  if (unit === undefined) return 'invalid duration';
  if (unit === '') return 'missing unit in duration';
  return UNIT_MS[unit] === undefined ? `unknown unit ${JSON.stringify(unit)} in duration` : 'invalid duration';
}

/** As Go prints it, which is what Kuma answers: `24h` is `24h0m0s`, `0.25s` is `250ms`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1) return `${sign}${trim(abs * 1_000)}µs`;
  if (abs < 1_000) return `${sign}${trim(abs)}ms`;
  const hours = Math.floor(abs / 3_600_000);
  const minutes = Math.floor((abs % 3_600_000) / 60_000);
  const seconds = trim((abs % 60_000) / 1_000);
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
  return `${trim(ms / 1_000)}s`;
}

function trim(value: number): string {
  return Number(value.toFixed(9)).toString();
}
