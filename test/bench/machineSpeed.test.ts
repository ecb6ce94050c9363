import { expect, it } from 'vitest';
import { machineSpeed, readTicks, speedText } from './machineSpeed.ts';

it('ticks of the machine are read, those of guests once only', () => {
  const stat = 'cpu  100 1 50 800 20 3 6 20 77 7\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n';
  expect(readTicks(stat)).toEqual({ all: 1_000, stolen: 20 });
});

it('a line tells how fast the machine is and what its host took', () => {
  const speed = { alone: 99.6, two: 151 };
  expect(speedText(speed)).toBe('reference work 100 ms alone, 151 ms on two CPUs at once');
  expect(speedText(speed, { all: 1_000, stolen: 20 }, { all: 2_000, stolen: 70 })).toMatch(/host took 5\.0 % of/);
});

it('the reference work is done and timed', async () => {
  const { alone, two } = await machineSpeed();
  expect(alone).toBeGreaterThan(0);
  expect(two).toBeGreaterThan(0);
});
