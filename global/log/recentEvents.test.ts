import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../shared/event/event.ts';
import { RecentEvents } from './recentEvents.ts';

const event = (position: number) => ({ position, id: `event-${position}` }) as LogEvent;
const positions = (events: readonly LogEvent[]) => events.map(({ position }) => position);

describe('recent events', () => {
  it('follow a position without a gap, in order, whichever append was answered first', async () => {
    const recent = new RecentEvents();
    await recent.keep(Promise.resolve([event(3), event(4)]));
    await recent.keep(Promise.resolve([event(2)]));
    await recent.keep(Promise.resolve([event(6)]));
    expect(positions(await recent.after(1, 10))).toEqual([2, 3, 4]);
    expect(positions(await recent.after(2, 1))).toEqual([3]);
    expect(await recent.after(4, 10)).toEqual([]);
  });

  it('include those of an append that is being answered, and survive one that fails', async () => {
    const recent = new RecentEvents();
    const failing = recent.keep(Promise.reject(new Error('the database is away')));
    expect(await recent.after(0, 10)).toEqual([]);
    await expect(failing).rejects.toThrow('away');
    const { promise, resolve } = Promise.withResolvers<readonly LogEvent[]>();
    const kept = recent.keep(promise);
    const read = recent.after(0, 10);
    resolve([event(1)]);
    await kept;
    expect(positions(await read)).toEqual([1]);
  });

  it('are the newest ones only', async () => {
    const recent = new RecentEvents();
    for (let i = 1; i <= 2_500; i++) await recent.keep(Promise.resolve([event(i)]));
    expect(await recent.after(0, 10)).toEqual([]);
    expect(positions(await recent.after(2_498, 10))).toEqual([2_499, 2_500]);
  });
});
