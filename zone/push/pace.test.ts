import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

const limits = { quietMs: 2, ceilingMs: 20, areComing: () => false };

/** Changes at these times; when they are pushed, each push done at once. */
function pushes(times: readonly number[]): number[] {
  const pace = new Pace(limits);
  const pushed: number[] = [];
  const until = (now: number) => {
    if (pace.due === undefined || pace.due > now) return;
    pushed.push(pace.due);
    pace.pushed();
    pace.done();
  };
  for (const now of times) {
    until(now);
    pace.came(now);
    until(now);
  }
  until(Number.POSITIVE_INFINITY);
  return pushed;
}

const every = (ms: number, count: number, from: number) => Array.from({ length: count }, (_, i) => from + ms * i);

describe('the pace of pushes', () => {
  it('is at once for a lone change, and for the next one that is not in a burst', () => {
    expect(pushes([100, 103, 200])).toEqual([100, 103, 200]);
  });

  it('waits for the pause of a burst', () => {
    expect(pushes([100, 101, 102, 103])).toEqual([100, 105]);
  });

  it('waits for a whole crowd that comes faster than it can be pushed', () => {
    const crowd = every(0.5, 1_000, 100.5);
    expect(pushes([100, ...crowd])).toEqual([100, 600 + 128]);
  });

  it('takes the waves of a crowd together', () => {
    const waves = [...every(0.5, 130, 100.5), ...every(0.5, 900, 218)];
    expect(pushes([100, ...waves])).toEqual([100, 667.5 + 128]);
  });

  it('waits until all of a crowd have come that are known to be on their way, but not for ever', () => {
    let areComing = true;
    const pace = new Pace({ ...limits, areComing: () => areComing });
    pace.came(100);
    expect(pace.due).toBe(100);
    pace.pushed();
    for (const now of every(2, 500, 101)) pace.came(now);
    expect(pace.due).toBe(101 + 4 * 500);
    for (const now of every(2, 1_500, 1_101)) pace.came(now);
    expect(pace.due).toBe(101 + 4_000);
    areComing = false;
    expect(pace.due).toBe(101 + 2_000);
  });

  it('waits for nobody on his way when few come all the time', () => {
    const pace = new Pace({ ...limits, areComing: () => true });
    for (const now of every(15, 8, 100)) pace.came(now);
    expect(pace.due).toBe(132);
  });

  it('does not wait for ever', () => {
    const [, second = 0, third = 0] = pushes(every(0.1, 100_000, 100));
    expect(second).toBeCloseTo(4_100, -1);
    expect(third - second).toBeCloseTo(4_000, -1);
  });

  it('grows slower while changes come one after another, also over short pauses, and is itself again after it', () => {
    const burst = [...every(1.5, 400, 100), ...every(1.5, 300, 730)];
    const times = pushes([...burst, 2_000, 2_001]);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(gaps.slice(0, 5).map(Math.round)).toEqual([22, 41, 81, 161, 321]);
    expect(times.filter((at) => at < 1_500).length).toBeLessThan(9);
    expect(times.slice(-2)).toEqual([2_000, 2_003]);
  });

  it('lets those that come while a crowd is pushed wait until that is done, but not for ever', () => {
    const pace = new Pace(limits);
    for (const now of every(1, 50, 100)) pace.came(now);
    pace.pushed();
    pace.came(200);
    pace.came(201);
    expect(pace.due).toBe(4_200);
    pace.done();
    expect(pace.due).toBe(205);
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
