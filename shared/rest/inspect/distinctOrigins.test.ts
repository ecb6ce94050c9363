import { expect, test } from 'vitest';
import { distinctOrigins } from './distinctOrigins.ts';

test('a policy with two entries that count is one origin; one of the same name elsewhere is another', () => {
  const origin = { type: 'MeshTimeout', mesh: 'm', name: 'a', labels: {}, ruleIndex: 0 };
  const elsewhere = { ...origin, labels: { 'kuma.io/zone': 'east' } };
  expect(distinctOrigins([origin, { ...origin, ruleIndex: 1 }, elsewhere])).toMatchObject([
    { name: 'a', labels: {} },
    { name: 'a', labels: { 'kuma.io/zone': 'east' } },
  ]);
});
