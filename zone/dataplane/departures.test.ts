import { describe, expect, it, vi } from 'vitest';
import { Departures } from './departures.ts';

const GRACE = 5_000;
const RETURN = 30_000;

/** So many proxies with a stream, and time that passes when told. */
function zoneOf(proxies: number) {
  vi.useFakeTimers();
  const streams = new Set(Array.from({ length: proxies }, (_, n) => `demo.p-${n}`));
  const gone: string[] = [];
  const told: number[] = [];
  const departures = new Departures({
    graceMs: GRACE,
    returnMs: RETURN,
    connected: () => streams.size,
    later: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    massDeparture: (away) => told.push(away),
  });
  return {
    gone,
    told,
    departures,
    leave: (count: number) => {
      for (const id of [...streams].slice(0, count)) {
        streams.delete(id);
        departures.left(id, () => gone.push(id));
      }
    },
    comeBack: (id: string) => {
      streams.add(id);
      departures.returned(id);
    },
  };
}

describe('proxies that leave', () => {
  it('are gone after the grace when most stay', () => {
    const { leave, gone } = zoneOf(10);
    leave(5);
    vi.advanceTimersByTime(GRACE - 1);
    expect(gone).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(gone).toHaveLength(5);
  });

  it('have longer when most left at once, also the last ones of them, and it is told once', () => {
    const { leave, gone, told } = zoneOf(10);
    leave(6);
    vi.advanceTimersByTime(RETURN - 1);
    expect(gone).toEqual([]);
    expect(told).toEqual([6]);
    vi.advanceTimersByTime(1);
    expect(gone).toHaveLength(6);
  });

  it('are not gone when they come back after the grace', () => {
    const { leave, gone, comeBack } = zoneOf(3);
    leave(3);
    vi.advanceTimersByTime(8_000);
    for (const n of [0, 1, 2]) comeBack(`demo.p-${n}`);
    vi.advanceTimersByTime(10 * RETURN);
    expect(gone).toEqual([]);
  });

  it('one by one are gone after the grace each, however many in the end', () => {
    const { leave, gone } = zoneOf(10);
    for (let n = 1; n <= 9; n++) {
      leave(1);
      vi.advanceTimersByTime(GRACE);
      expect(gone).toHaveLength(n);
    }
  });

  it('are gone after the grace when it is the only one', () => {
    const { leave, gone } = zoneOf(1);
    leave(1);
    vi.advanceTimersByTime(GRACE);
    expect(gone).toHaveLength(1);
  });

  it('are for nobody to take away once it is stopped', () => {
    const { leave, gone, departures } = zoneOf(3);
    leave(3);
    departures.stop();
    vi.advanceTimersByTime(10 * RETURN);
    expect(gone).toEqual([]);
  });
});
