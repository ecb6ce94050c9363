import { describe, expect, it } from 'vitest';
import { seen } from './hops.ts';
import { hopsNote } from './hopsNote.ts';

const EXPOSITION = `# TYPE meridian_apply_seconds histogram
meridian_apply_seconds_bucket{le="0.002"} 1
meridian_apply_seconds_bucket{le="+Inf"} 3
meridian_apply_seconds_sum 0.025
meridian_apply_seconds_count 3
`;

describe('the way of a change', () => {
  it('is read from a histogram', () => {
    expect(seen(EXPOSITION, 'meridian_apply_seconds')).toEqual({ sum: 0.025, count: 3 });
  });

  it('has been seen by nobody where there is no such histogram', () => {
    expect(seen(EXPOSITION, 'meridian_relay_seconds')).toEqual({ sum: 0, count: 0 });
  });

  it('is told with medians, and the slowest rounds first', () => {
    const round = (last: number) => ({ answered: 3, relayed: 2, applied: Number.NaN, acknowledged: 9, first: 8, last });
    const [median, slowest] = hopsNote([round(10), round(40), round(20)]).split('\n');
    expect(median).toBe(
      'ms, median of the rounds: PUT answered 3.0, commit → hub 2.0, commit → view -, commit → acknowledged (mean) 9.0, PUT → first sidecar 8.0, PUT → last sidecar 20.0',
    );
    expect(slowest).toContain('slowest, round 2');
  });
});
