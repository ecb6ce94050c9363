import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

const limits = { quietMs: 2, ceilingMs: 20 };

/** Changes at these times; when they are pushed. */
function pushes(times: readonly number[]): number[] {
  const pace = new Pace(limits);
  const pushed: number[] = [];
  const until = (now: number) => {
    if (pace.due === undefined || pace.due > now) return;
    pushed.push(pace.due);
    pace.pushed();
  };
  for (const now of times) {
    until(now);
    pace.came(now);
    until(now);
  }
  until(Number.POSITIVE_INFINITY);
  return pushed;
}

describe('the pace of pushes', () => {
  it('is at once for a lone change, and for the next one that is not in a burst', () => {
    expect(pushes([100, 103, 200])).toEqual([100, 103, 200]);
  });

  it('waits for the pause of a burst', () => {
    expect(pushes([100, 101, 102, 103])).toEqual([100, 105]);
  });

  it('grows slower while a crowd comes, also over short pauses, and is itself again after it', () => {
    const crowd = Array.from({ length: 1_000 }, (_, i) => 100 + i + (i > 500 ? 30 : 0));
    const times = pushes([...crowd, 2_000, 2_001]);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(gaps.slice(0, 5)).toEqual([21, 40, 80, 160, 320]);
    expect(times.filter((at) => at < 1_200).length).toBeLessThan(8);
    expect(times.slice(-2)).toEqual([2_000, 2_003]);
  });

  it('is quicker again when a crowd is followed by single changes', () => {
    const crowd = Array.from({ length: 500 }, (_, i) => i);
    const singles = Array.from({ length: 60 }, (_, i) => 550 + 50 * i);
    const waits = pushes([...crowd, ...singles])
      .slice(-20)
      .map((at) => (at - 550) % 50);
    expect(Math.max(...waits)).toBe(0);
  });
});
