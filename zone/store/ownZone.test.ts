import { expect, test } from 'vitest';
import { resourceOf, viewOf } from '../../test/support/snapshotCase.ts';
import { zoneAdmission } from './zoneAdmission.ts';
import { resourceReader } from './resourceReader.ts';

const STARTED = '2026-01-01T00:00:00Z';
const zone = (name: string, more: object = {}) => ({ type: 'Zone', name, ...more });

test('of all Zones a zone shows its own, as written here or as it is by itself', async () => {
  const replicated = [zone('east', { enabled: false }), zone('west')];
  const untouched = resourceReader(viewOf(replicated), 'east', STARTED);
  expect(await untouched.list('Zone')).toMatchObject([{ origin: 'east', resource: { name: 'east', spec: {} } }]);
  expect(await untouched.get({ type: 'Zone', mesh: '', name: 'west' })).toEqual([]);

  const labels = { team: 'a' };
  const written = resourceReader(viewOf([...replicated, zone('east', { origin: 'east', labels })]), 'east', STARTED);
  expect(await written.get({ type: 'Zone', mesh: '', name: 'east' })).toMatchObject([{ resource: { labels } }]);
});

test('a zone takes no other Zone, and does not switch itself off', async () => {
  const admit = zoneAdmission('east');
  const fields = async (written: ReturnType<typeof zone>) =>
    (await admit(resourceOf(written))).map(({ field }) => field);
  expect(await fields(zone('east', { enabled: true }))).toEqual([]);
  expect(await fields(zone('east', { enabled: false }))).toEqual(['enabled']);
  expect(await fields(zone('west'))).toEqual(['name']);
  expect(await fields({ type: 'Secret', name: 'west' })).toEqual([]);
});
