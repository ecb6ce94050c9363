import { describe, expect, it } from 'vitest';
import type { XdsKind } from '../../shared/xds/snapshot.ts';
import { deltaSubscription, NO_SUBSCRIPTION, type Subscription, sotwSubscription } from './subscription.ts';

const shown = ({ wildcard, names }: Subscription) => [...(wildcard ? ['*'] : []), ...names];
const sotw = (kind: XdsKind, ...requests: string[][]) =>
  shown(requests.reduce((before, names) => sotwSubscription(before, kind, names), NO_SUBSCRIPTION));
const delta = (kind: XdsKind, ...requests: { add?: string[]; remove?: string[] }[]) =>
  shown(
    requests.reduce(
      (before, { add = [], remove = [] }) => deltaSubscription(before, kind, add, remove),
      NO_SUBSCRIPTION,
    ),
  );

// xDS protocol, "How the client specifies what resources to return": its two worked examples, step by step.
describe('what a stream subscribes to', () => {
  it('in state of the world: unset, then [*, A], then [A], then unset', () => {
    expect(sotw('listener', [])).toEqual(['*']);
    expect(sotw('listener', [], ['*', 'A'])).toEqual(['*', 'A']);
    expect(sotw('listener', [], ['*', 'A'], ['A'])).toEqual(['A']);
    expect(sotw('listener', [], ['*', 'A'], ['A'], [])).toEqual([]);
  });

  it('in delta: unset, then + A, then - *, then - A', () => {
    expect(delta('cluster', {})).toEqual(['*']);
    expect(delta('cluster', {}, { add: ['A'] })).toEqual(['*', 'A']);
    expect(delta('cluster', {}, { add: ['A'] }, { remove: ['*'] })).toEqual(['A']);
    expect(delta('cluster', {}, { add: ['A'] }, { remove: ['*'] }, { remove: ['A'] }, {})).toEqual([]);
  });

  it('is everything by default for listeners and clusters only', () => {
    expect(sotw('endpoint', [])).toEqual([]);
    expect(delta('endpoint', {})).toEqual([]);
    expect(delta('route', { add: ['r'] })).toEqual(['r']);
  });

  it('is only what a first request names', () => {
    expect(delta('listener', { add: ['l'] }, {})).toEqual(['l']);
    expect(sotw('listener', ['l'])).toEqual(['l']);
  });
});
