import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';
import { NO_SAMPLES, reportTable } from './report.ts';

test('percentiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  expect([0.5, 0.99].map((share) => percentile([7], share))).toEqual([7, 7]);
  expect([0.5, 0.99].map((share) => percentile([1, 2, 3], share))).toEqual([2, 3]);
  expect(percentile([], 0.5)).toBeNaN();
});

test('a row shows what it has, a dash for what it has not, and its note below', () => {
  const samples = { durations: [30, 10, 20], answers: [4, 6], missing: 1, needless: 2 };
  const cpu = { global: 0.25, zone: 1.5, per: 'change' } as const;
  const idle = { global: 0.001, zone: 0.0123, fleet: 0.5, per: 'second' } as const;
  const text = reportTable([
    { what: 'mesh-wide', samples, cpu, bytes: 2_048, responses: 3, memory: { rss: 200.4, peak: 300 }, note: 'so what' },
    { what: 'idle', samples: NO_SAMPLES, cpu: idle },
  ]);
  const [, ...lines] = text.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    'mesh-wide,20.0,30.0,30.0,4.0,3,1,2,3,2,0.250 s,1.500 s,-,200,300'.split(','),
    'idle,-,-,-,-,0,0,0,-,-,0.1 %,1.2 %,50.0 %,-,-'.split(','),
    ['mesh-wide: so what'],
  ]);
});
