import { afterEach, expect, it, vi } from 'vitest';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { reconcile } from './reconcile.ts';

afterEach(() => void vi.useRealTimers());

it('a run that waits for what does not come is told of, and keeps nothing going once it is ended', async () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const end = reconcile({
    replica: new MemoryZone('zone-1'),
    concerns: () => false,
    run: () => new Promise(() => {}),
    onFailed: (error) => told.push((error as Error).message),
    onDone: () => {},
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual(['what was written does not come back']);
  end();
  expect(vi.getTimerCount()).toBe(0);
});

it('a run that fails is run again', async () => {
  vi.useFakeTimers();
  const outcomes: string[] = [];
  let runs = 0;
  const end = reconcile({
    replica: new MemoryZone('zone-1'),
    concerns: () => false,
    run: async () => {
      if (++runs === 1) throw new Error('away');
    },
    onFailed: (error) => outcomes.push((error as Error).message),
    onDone: () => outcomes.push('done'),
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(outcomes).toEqual(['away', 'done']);
  end();
});
