import type { StreamInfo } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { Hearing } from './hearing.ts';

const NANOS = 1e6;
const mirror = (name: string, active: number, created = 'then') =>
  ({ config: { name }, created, mirror: { active } }) as unknown as StreamInfo;
const copy = (name: string, active: number) =>
  ({ config: { name }, created: 'then', sources: [{ active }] }) as unknown as StreamInfo;

it('names the mirrors that heard nothing for so long', () => {
  const hearing = new Hearing(() => 0);
  const mirrors = [mirror('EVENTS', 4_000 * NANOS), copy('KEYS', 3_999 * NANOS), copy('PEERS', 90_000 * NANOS)];
  expect(hearing.deaf(mirrors, 4_000)).toEqual(['EVENTS', 'PEERS']);
});

it('counts one that never heard anything from when it was first seen, and anew when it was made anew', () => {
  let now = 1_000;
  const hearing = new Hearing(() => now);
  const after = (ms: number, one: StreamInfo) => {
    now += ms;
    return hearing.deaf([one], 4_000);
  };
  expect(after(0, mirror('EVENTS', -1))).toEqual([]);
  expect(after(4_000, mirror('EVENTS', -1))).toEqual(['EVENTS']);
  expect(after(1_000, mirror('EVENTS', -1, 'now'))).toEqual([]);
  expect(after(2_000, mirror('EVENTS', 500 * NANOS, 'now'))).toEqual([]);
  expect(after(2_000, mirror('EVENTS', -1, 'now')), 'its server was started again').toEqual([]);
  expect(after(4_000, mirror('EVENTS', -1, 'now'))).toEqual(['EVENTS']);
});
