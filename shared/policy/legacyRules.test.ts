import { describe, expect, it } from 'vitest';
import { sidecar } from '../../test/support/policyWorld.ts';
import { viewOf } from '../../test/support/snapshotCase.ts';
import { createRegistry } from '../resource/registry.ts';
import { Memo } from '../snapshot/memo.ts';
import { matchPolicies } from './matchPolicies.ts';
import { descriptor as trafficLog } from './trafficlog/index.ts';
import { candidateOf } from './candidate.ts';
import { legacyRules, proxySelectors } from './legacyRules.ts';
import type { PolicySpec } from './policySpec.ts';
import { bestRank } from './tagSelector.ts';
import type { Tags } from '../resource/tags.ts';

interface Written {
  readonly spec: PolicySpec;
  /** Of its creation, 2026. */
  readonly day?: string;
}

const select = (...matches: Tags[]) => matches.map((match) => ({ match }));
const connection = (from: Tags, to: string, day?: string): Written => ({
  spec: { sources: select(from), destinations: select({ 'kuma.io/service': to }) },
  ...(day && { day }),
});

/** The rules of a proxy with these tags, one set for each inbound. */
function rulesOf(policies: Readonly<Record<string, Written>>, ...tagSets: Tags[]) {
  const matched = Object.entries(policies).flatMap(([name, { spec, day = '01' }]) => {
    const time = `2026-01-${day}T00:00:00Z`;
    const times = { creationTime: time, modificationTime: time };
    const candidate = candidateOf({ type: 'TrafficLog', mesh: 'm', name, labels: {}, ...times, spec }, '');
    const rank = bestRank(proxySelectors(spec) ?? [], tagSets);
    return rank ? [{ candidate, rank }] : [];
  });
  return legacyRules('TrafficLog', matched);
}

const WEB = { 'kuma.io/service': 'web', env: 'prod' };
const winnerFor = (service: string, policies: Readonly<Record<string, Written>>, ...tagSets: Tags[]) =>
  rulesOf(policies, ...(tagSets.length > 0 ? tagSets : [WEB])).to.forService(service)?.origins[0]?.name;

describe('of a connection', () => {
  it('the policy with more tags at both ends together wins, whatever they are worth at one', () => {
    const policies = {
      a: connection({ 'kuma.io/service': 'web' }, 'api'),
      b: connection(WEB, '*'),
    };
    expect(winnerFor('api', policies)).toBe('b');
  });

  it('with as many tags the one with fewer wildcards', () => {
    expect(
      winnerFor('api', {
        a: connection({ 'kuma.io/service': '*' }, 'api'),
        b: connection({ 'kuma.io/service': 'web' }, 'api'),
      }),
    ).toBe('b');
  });

  it('then the newest, then the first by name', () => {
    const all = (day?: string) => connection({ 'kuma.io/service': '*' }, '*', day);
    expect(winnerFor('api', { b: all(), a: all(), c: all() })).toBe('a');
    expect(winnerFor('api', { a: all('02'), b: all('03'), c: all('01') })).toBe('b');
  });

  it('the best of several selectors counts, and tags are not pooled over inbounds', () => {
    const policies = {
      general: connection({ 'kuma.io/service': '*', env: '*' }, '*'),
      special: {
        spec: { sources: select({ 'kuma.io/service': '*' }, WEB), destinations: select({ 'kuma.io/service': '*' }) },
      },
    };
    expect(winnerFor('api', policies)).toBe('special');
    expect(winnerFor('api', policies, { 'kuma.io/service': 'web' }, { 'kuma.io/service': 'x', env: 'prod' })).toBe(
      'general',
    );
    expect(winnerFor('api', policies, { 'kuma.io/service': 'web' }, { env: 'prod' })).toBe('special');
  });

  it('a wildcard asks for the tag, and other services get nothing', () => {
    expect(winnerFor('api', { a: connection({ 'kuma.io/service': '*', team: '*' }, '*') })).toBeUndefined();
    expect(winnerFor('api', { a: connection(WEB, 'other') })).toBeUndefined();
  });
});

it('of a proxy the most specific policy is the only one that counts', () => {
  const rules = rulesOf(
    {
      all: { spec: { selectors: select({ 'kuma.io/service': '*' }), conf: { backend: 'a' } } },
      web: { spec: { selectors: select({ 'kuma.io/service': 'web' }), conf: { backend: 'b' } } },
      other: { spec: { selectors: select({ 'kuma.io/service': 'other' }), conf: { backend: 'c' } } },
    },
    WEB,
  );
  expect(rules.single).toMatchObject({ conf: { backend: 'b' }, origins: [{ name: 'web' }] });
  expect(rules.policies.map(({ name }) => name)).toEqual(['web']);
});

it('proxies that the same policies select by different selectors have rules of their own', () => {
  const registry = createRegistry([trafficLog]);
  const view = viewOf(
    Object.entries({
      mixed: select({ 'kuma.io/service': '*' }, { 'kuma.io/service': 'a', team: 't' }),
      teams: select({ 'kuma.io/service': '*', team: '*' }),
    }).map(([name, sources]) => {
      const destinations = select({ 'kuma.io/service': '*' });
      return { type: 'TrafficLog', mesh: 'default', name, sources, destinations };
    }),
  );
  const memo = new Memo();
  const winnerOf = (service: string) => {
    const dataplane = sidecar(service, [{ 'kuma.io/service': service, team: 't' }]);
    const matched = matchPolicies({ view, registry, mesh: 'default', zone: 'z', dataplane, memo });
    return matched.get('TrafficLog')?.to.forService('api')?.origins[0]?.name;
  };
  expect([winnerOf('a'), winnerOf('b'), winnerOf('a')]).toEqual(['mixed', 'teams', 'mixed']);
});

it('finds on nobody a tag that every object inherits', () => {
  expect(bestRank(select({ constructor: '*' }), [WEB])).toBeUndefined();
});
