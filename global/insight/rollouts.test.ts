import { expect, it } from 'vitest';
import { Rollouts } from './rollouts.ts';

const part = { change: 'c', position: 7, at: '2026-01-01T00:00:00Z', affected: 1, acknowledged: 1, rejected: [] };

it.each([
  [1, 'default/MeshTimeout/t'],
  [2, 'default/MeshTimeout/t and 1 more'],
  [500, 'default/MeshTimeout/t and 499 more'],
])('names a change of %i events', async (size, what) => {
  const key = { type: 'MeshTimeout', mesh: 'default', name: 't' };
  const rollouts = new Rollouts({ firstEventOf: async (id) => ({ key, change: { id, index: 0, size } }) });
  rollouts.take('zone-1', 'a', [part]);
  expect(await rollouts.get('c')).toMatchObject({ what, proxies: 1, zones: [{ zone: 'zone-1' }] });
});

it('shows a change that is not in the log, as after a restore, without a name', async () => {
  const rollouts = new Rollouts({ firstEventOf: async () => undefined });
  rollouts.take('zone-1', 'a', [part]);
  expect(await rollouts.list({ limit: 10 })).toMatchObject([{ change: 'c', what: '' }]);
});
