import { expect, it } from 'vitest';
import { formatGoDuration, goDurationMs, protoDuration } from './goDuration.ts';

it('reads, prints and converts durations as Go and protobuf do', () => {
  const cases: [string, number, string, string][] = [
    ['24h', 86_400_000, '24h0m0s', '86400s'],
    ['30m', 1_800_000, '30m0s', '1800s'],
    ['1h30m', 5_400_000, '1h30m0s', '5400s'],
    ['0.25s', 250, '250ms', '0.25s'],
    ['1.5s', 1_500, '1.5s', '1.5s'],
    ['0s', 0, '0s', '0s'],
    ['500us', 0.5, '500µs', '0.0005s'],
  ];
  for (const [text, ms, go, proto] of cases) {
    expect(goDurationMs(text)).toBe(ms);
    expect(formatGoDuration(ms)).toBe(go);
    expect(protoDuration(ms)).toBe(proto);
  }
  expect(goDurationMs('abc')).toBeUndefined();
  expect(goDurationMs('10')).toBeUndefined();
});
