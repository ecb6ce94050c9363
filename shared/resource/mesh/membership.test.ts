import { expect, test } from 'vitest';
import { membershipViolations } from './membership.ts';

const dataplane = (...tags: Record<string, string>[]) => ({
  networking: { address: '10.0.0.1', inbound: tags.map((one, i) => ({ port: 80 + i, tags: one })) },
});
const mesh = {
  constraints: {
    dataplaneProxy: {
      requirements: [{ tags: { team: 'a' } }, { tags: { team: '*', 'kuma.io/zone': 'east' } }],
      restrictions: [{ tags: { legacy: '*' } }],
    },
  },
};
const fields = (...tags: Record<string, string>[]) =>
  membershipViolations('demo', mesh, dataplane(...tags)).map(({ field }) => field);

test('every inbound satisfies one of the requirements', () => {
  expect(fields({ team: 'a' }, { team: 'b', 'kuma.io/zone': 'east' })).toEqual([]);
  expect(fields({ team: 'a' }, { team: 'b' })).toEqual(['networking.inbound[1].tags']);
  expect(fields({ team: '', 'kuma.io/zone': 'east' })).toEqual(['networking.inbound[0].tags']);
});

test('and none of the restrictions', () => {
  expect(fields({ team: 'a', legacy: 'yes' })).toEqual(['networking.inbound[0].tags']);
});

test('nobody has a tag that every object inherits', () => {
  const spec = { constraints: { dataplaneProxy: { restrictions: [{ tags: { constructor: '*' } }] } } };
  expect(membershipViolations('demo', spec, dataplane({ team: 'a' }))).toEqual([]);
});

test('a gateway is judged by its own tags', () => {
  const gateway = { networking: { address: '10.0.0.1', gateway: { tags: { team: 'c' } } } };
  expect(membershipViolations('demo', mesh, gateway)).toEqual([
    {
      field: 'networking.gateway.tags',
      reason: 'dataplane cannot be a member of mesh "demo": its tags satisfy none of the requirements of the mesh',
    },
  ]);
});

test('a mesh without constraints takes everybody', () => {
  expect(membershipViolations('demo', {}, dataplane({ legacy: 'yes' }))).toEqual([]);
});
