import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policy } from '../../test/support/policyWorld.ts';
import { candidateOf } from './candidate.ts';
import { comparePolicies } from './sort.ts';
import type { TargetRef } from './targetRef.ts';

const refs: TargetRef[] = [
  { kind: 'Mesh' },
  { kind: 'Dataplane' },
  { kind: 'Dataplane', sectionName: 'x' },
  { kind: 'Dataplane', name: 'a' },
  { kind: 'Dataplane', name: 'a', sectionName: 'x' },
  { kind: 'MeshSubset', tags: {} },
  { kind: 'MeshService', name: 'a' },
  { kind: 'MeshServiceSubset', name: 'a' },
  { kind: 'MeshHTTPRoute', name: 'a' },
];

interface Facts {
  readonly ref: number;
  readonly zone: number;
  readonly role: number;
  readonly name: number;
}

const ROLES = ['system', 'producer', 'consumer', 'workload-owner'];
const facts = fc.record<Facts>({
  ref: fc.nat(refs.length - 1),
  zone: fc.nat(1),
  role: fc.nat(3),
  name: fc.nat(3),
});

function candidate({ ref, zone, role, name }: Facts) {
  const labels = { 'kuma.io/policy-role': ROLES[role] as string };
  const targetRef = refs[ref] as TargetRef;
  // a smaller name has the higher priority
  const letter = 'dcba'[name] as string;
  return candidateOf(policy(letter, { labels, spec: { targetRef } }), zone ? 'east' : '');
}

test('policies are sorted by target, origin, role and name, in this order', () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      const expected = a.ref - b.ref || a.zone - b.zone || a.role - b.role || a.name - b.name;
      expect(Math.sign(comparePolicies(candidate(a), candidate(b)))).toBe(Math.sign(expected));
    }),
  );
});

test('the display name counts, not the name of a copy', () => {
  const copy = policy('z', { labels: { 'kuma.io/display-name': 'a' }, spec: {} });
  expect(comparePolicies(candidateOf(copy, ''), candidateOf(policy('b', { spec: {} }), ''))).toBe(1);
});
