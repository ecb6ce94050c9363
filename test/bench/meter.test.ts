import { expect, test } from 'vitest';
import { Meter, readUsage } from './meter.ts';

test('threads are added up, memory is in MiB', () => {
  const status = 'Name:\tnode\nVmPeak:\t 999999 kB\nVmHWM:\t  307200 kB\nVmRSS:\t  204800 kB\n';
  expect(readUsage(['1500000000 70415 1\n', '250000000 0 3\n'], status)).toEqual({ cpu: 1.75, rss: 200, peak: 300 });
});

test('a process that is gone has no columns', async () => {
  const gone = 2 ** 30;
  const meter = new Meter({ global: gone, zone: gone, fleet: gone });
  await meter.start();
  await meter.stop();
  expect(meter.columns(1, 'change')).toEqual({});
});
