import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SignOfLife } from '../replica/zoneLogs.ts';
import { watchInstances } from './instances.ts';

const HOUR = 3_600_000;
const sign = (instance: string, age = 0): SignOfLife => ({ zone: 'east', instance, age });

/** The control plane `me` of the zone `east`, which hears what it is told. */
function zone() {
  let tell: (sign: SignOfLife) => void = () => {};
  const lost: string[] = [];
  const forgotten: string[] = [];
  const { others } = watchInstances({
    replica: {
      onSignOfLife: (listener) => {
        tell = listener;
        return () => {};
      },
    },
    log: {
      delete: async ({ name }) => {
        forgotten.push(name);
        return 1;
      },
    },
    zone: 'east',
    instance: 'me',
    now: () => performance.now(),
    lost: (instance) => lost.push(instance),
    onError: () => {},
  });
  return { hear: (one: SignOfLife) => tell(one), others, lost, forgotten };
}

describe('the other control planes of a zone', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are alive while they are heard, whatever the time of day', () => {
    const { hear, others, lost } = zone();
    for (let n = 0; n < 10; n++) {
      hear(sign('other'));
      vi.setSystemTime(Date.now() + (n % 2 === 0 ? 3 : -3) * HOUR);
      vi.advanceTimersByTime(2_000);
    }
    expect([...others()]).toEqual(['other']);
    expect(lost).toEqual([]);
    vi.advanceTimersByTime(8_000);
    expect([...others()]).toEqual([]);
    expect(lost).toEqual(['other']);
  });

  it('are not those that were found long silent, which are forgotten', () => {
    const { hear, others, lost, forgotten } = zone();
    hear(sign('former', 2 * HOUR));
    expect([...others()]).toEqual([]);
    vi.advanceTimersByTime(30_000);
    expect(lost).toEqual([]);
    expect(forgotten).toEqual(['former']);
  });

  it('are not forgotten when they only seem old, since clocks differ', () => {
    const { hear, others, forgotten } = zone();
    hear(sign('other', 2 * HOUR));
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(2_000);
      hear(sign('other'));
    }
    expect([...others()]).toEqual(['other']);
    expect(forgotten).toEqual([]);
  });

  it('are others: of this zone, and not this one', () => {
    const { hear, others } = zone();
    hear(sign('me'));
    hear({ ...sign('x'), zone: 'west' });
    hear({ zone: 'east', age: 0 });
    expect([...others()]).toEqual([]);
  });
});
