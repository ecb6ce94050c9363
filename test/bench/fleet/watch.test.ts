import { expect, test } from 'vitest';
import { Watch } from './watch.ts';

const marker = (typeUrl: string, bytes: string) => ({ typeUrl, bytes: Buffer.from(bytes) });

test('a sidecar is reached by the last of its markers, each in a response of its type', async () => {
  const watch = new Watch([marker('cluster', 'new'), marker('listener', 'new')], ['a', 'b'], []);
  const take = (id: string, typeUrl: string, message: string, at: number) =>
    watch.take(id, typeUrl, Buffer.from(message), 10, at);
  take('a', 'cluster', 'a new one', 1);
  take('a', 'route', 'a new one', 2);
  take('a', 'listener', 'an old one', 3);
  expect(watch.arrivals).toEqual([]);
  take('a', 'listener', 'a new one', 4);
  take('a', 'listener', 'a new one', 5);
  expect(await watch.reached(1, 60_000)).toEqual([{ id: 'a', at: 4 }]);
  expect(watch.end()).toEqual({ responses: 5, bytes: 50, toOthers: 0 });
});

test('responses to those that are not concerned are counted', () => {
  const watch = new Watch([marker('cluster', 'new')], ['a'], ['b']);
  for (const id of ['a', 'b', 'c', 'c']) watch.take(id, 'cluster', Buffer.from('new'), 7, 1);
  expect(watch.end()).toEqual({ responses: 4, bytes: 28, toOthers: 2 });
  expect(watch.arrivals).toEqual([{ id: 'a', at: 1 }]);
});

test('who is not reached in time is missing', async () => {
  const watch = new Watch([marker('cluster', 'new')], ['a', 'b'], []);
  watch.take('b', 'cluster', Buffer.from('new'), 7, 1);
  expect(await watch.reached(2, 1)).toEqual([{ id: 'b', at: 1 }]);
});
