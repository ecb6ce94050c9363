import { expect, it } from 'vitest';
import { formatGoDuration, goDurationFault, goDurationMs, protoDuration } from './goDuration.ts';

it('reads, prints and converts durations as Go and protobuf do', () => {
  const cases: [string, number, string, string][] = [
    ['24h', 86_400_000, '24h0m0s', '86400s'],
    ['30m', 1_800_000, '30m0s', '1800s'],
    ['1h30m', 5_400_000, '1h30m0s', '5400s'],
    ['0.25s', 250, '250ms', '0.25s'],
    ['1.5s', 1_500, '1.5s', '1.5s'],
    ['0s', 0, '0s', '0s'],
    ['500us', 0.5, '500µs', '0.0005s'],
    ['100ns', 0.0001, '100ns', '0.0000001s'],
    ['1ns', 0.000001, '1ns', '0.000000001s'],
    ['1m1ns', 60_000.000001, '1m0.000000001s', '60.000000001s'],
    ['2562047h', 9_223_369_200_000, '2562047h0m0s', '9223369200s'],
  ];
  for (const [text, ms, go, proto] of cases) {
    expect(goDurationMs(text)).toBe(ms);
    expect(formatGoDuration(ms)).toBe(go);
    expect(protoDuration(ms)).toBe(proto);
  }
  expect(goDurationMs('abc')).toBeUndefined();
  expect(goDurationMs('10')).toBeUndefined();
});

it('takes no longer durations than Go, which Envoy would refuse', () => {
  expect(goDurationMs('2562048h')).toBeUndefined();
  expect(goDurationFault('2562048h')).toBe('time: invalid duration "2562048h"');
  expect(goDurationMs(`${'9'.repeat(400)}h`)).toBeUndefined();
});

it('has nothing below a nanosecond', () => {
  expect(goDurationMs('0.1ns')).toBe(0);
});

it('reads a text of very many digits at once', () => {
  expect(goDurationMs('1'.repeat(1_000_000))).toBeUndefined();
});

it('says of a unit that an object inherits what it says of any', () => {
  expect(goDurationFault('5constructor')).toBe('time: unknown unit "constructor" in duration "5constructor"');
});
