import { expect, test } from 'vitest';
import { oneAtATime } from './oneAtATime.ts';

test('calls wait for one another, also for one that fails', async () => {
  const running = new Set<number>();
  const most: number[] = [];
  const run = oneAtATime(async (i: number) => {
    running.add(i);
    most.push(running.size);
    await Promise.resolve();
    running.delete(i);
    if (i === 1) throw new Error('first');
    return i;
  });
  const results = await Promise.allSettled([run(1), run(2), run(3)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(most).toEqual([1, 1, 1]);
});
