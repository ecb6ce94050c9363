import { expect, it } from 'vitest';
import { groupCommit } from './groupCommit.ts';

const doubled = (batch: readonly number[]) => batch.map((n) => ({ result: n * 2 }));

it('writes together what came while a batch was under way, up to the limit, in order', async () => {
  const batches: (readonly number[])[] = [];
  const commit = groupCommit<number, number>(async (batch) => {
    batches.push(batch);
    await new Promise((resolve) => setImmediate(resolve));
    return doubled(batch);
  }, 3);
  const first = commit(1).then(() => Promise.all([5, 6].map(commit)));
  expect(await Promise.all([2, 3, 4].map(commit))).toEqual([4, 6, 8]);
  expect(await first).toEqual([10, 12]);
  expect(batches).toEqual([[1, 2, 3], [4], [5, 6]]);
});

it('tells each its own outcome; a failed batch fails all of it and none of the next', async () => {
  const commit = groupCommit<number, number>(async (batch) => {
    if (batch.includes(0)) throw new Error('down');
    return batch.map((n) => (n < 0 ? { error: new Error(`bad ${n}`) } : { result: n }));
  }, 2);
  const said = await Promise.allSettled([1, 0, -1, 2].map(commit));
  expect(said.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual([
    'down',
    'down',
    'bad -1',
    2,
  ]);
});
