import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { deleteResource, putResource } from '../../global/command/resourceCommands.ts';
import { addressBook } from '../../test/support/addressBook.ts';
import { resource } from '../../test/support/resource.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { LocalZoneLog } from '../../zone/replica/localZoneLog.ts';
import type { Applied } from '../../zone/replica/ports.ts';
import { localReplica } from './localReplica.ts';

const BY = { user: 'test', source: '', client: '' };

const OF_S = "WHERE rkey LIKE '%Secret/s'";
const secret = (data: string) => resource('Secret', 'default', 's', { data });

async function logs() {
  const { path, remove } = await tempDir('local-replica');
  const policy = await openPolicyLog({
    'store.url': '',
    'data.dir': join(path, 'global'),
    'secrets.keyFile': '',
    'secrets.key': '',
    'mesh.createDefault': true,
    now: () => new Date(),
  });
  const zoneLog = new LocalZoneLog(join(path, 'zone.sqlite'));
  const errors: Error[] = [];
  onTestFinished(async () => {
    zoneLog.close();
    await policy.events.close();
    await remove();
    expect(errors).toEqual([]);
  });
  const follow = async (onError = (error: Error) => void errors.push(error)) => {
    const replica = await localReplica({ policy, zoneLog, zone: 'z', addresses: addressBook(), onError });
    onTestFinished(() => replica.stop());
    return replica;
  };
  return { policy, zoneLog, follow };
}

test('the view follows both logs, a change as one; one that starts later sees the same', async () => {
  const { policy, zoneLog, follow } = await logs();
  const { commands } = policy;
  const replica = await follow();
  expect(replica.view.get({ type: 'Mesh', mesh: '', name: 'default' })).toBeDefined();
  const applied: Applied[] = [];
  replica.onApplied((one) => applied.push(one));

  const { position = 0 } = await putResource(commands, resource('Mesh', '', 'm', {}), BY);
  await replica.reached(position);
  expect(replica.position()).toBe(position);
  // The mesh, its signing key and its policies.
  expect(applied).toHaveLength(1);
  expect(applied[0]?.changes.map(({ key }) => key.type)).toEqual(
    expect.arrayContaining(['Mesh', 'Secret', 'MeshRetry']),
  );
  expect(applied[0]?.change).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });

  const dataplane = resource('Dataplane', 'm', 'd', {});
  await replica.applied(await zoneLog.put(dataplane));
  expect(replica.view.get(dataplane, 'z')?.resource).toEqual(dataplane);
  expect(applied[1]).toMatchObject({ changes: [{ origin: 'z', key: { name: 'd' }, before: null }], position });

  const removed = await deleteResource(commands, resource('Mesh', '', 'm', {}), BY);
  await replica.reached(removed.position ?? 0);
  await zoneLog.delete(dataplane);
  expect([...replica.view.all()].filter((entry) => entry.resource.mesh === 'm')).toEqual([]);

  const later = await follow();
  expect(later.digest()).toBe(replica.digest());
  expect([...later.view.all()].map(({ resource: { name } }) => name).sort()).toEqual(
    [...replica.view.all()].map(({ resource: { name } }) => name).sort(),
  );
});

test('what cannot be applied is set aside, told, and over when a later version can be', async () => {
  const { policy, follow } = await logs();
  await putResource(policy.commands, secret('AAAA'), BY);
  // As a damaged disk would have it.
  const damage = `UPDATE resource SET body = jsonb_set(body::jsonb, '{spec,sealed,ciphertext}', '"${'A'.repeat(64)}"') ${OF_S}`;
  await policy.events.db.query(damage);
  const errors: Error[] = [];
  const replica = await follow((error) => void errors.push(error));
  expect(replica.quarantined).toMatchObject([{ stream: 'EVENTS', subject: expect.stringContaining('Secret.s') }]);
  expect(errors).toHaveLength(1);
  await policy.events.db.query(
    `UPDATE resource SET body = (SELECT data FROM event WHERE event.seq = resource.seq) ${OF_S}`,
  );
  const removed = await deleteResource(policy.commands, secret('AAAA'), BY);
  await replica.reached(removed.position ?? 0);
  expect(replica.quarantined).toEqual([]);
});

test('secrets are open in the view, also one that was replaced faster than it was read', async () => {
  const { policy, follow } = await logs();
  const replica = await follow();
  const writes = ['AAAA', 'BBBB', 'CCCC'].map((data) => () => putResource(policy.commands, secret(data), BY));
  let position = 0;
  for (const write of writes) position = (await write()).position ?? position;
  await replica.reached(position);
  expect(replica.view.get({ type: 'Secret', mesh: 'default', name: 's' })?.resource.spec).toEqual({ data: 'CCCC' });
  const stored = await policy.events.current({ type: 'Secret', mesh: 'default', name: 's' });
  expect(JSON.stringify(stored)).not.toContain('CCCC');

  // Whoever starts later reads what lies in between no more.
  expect((await follow()).view.get({ type: 'Secret', mesh: 'default', name: 's' })?.resource.spec).toEqual({
    data: 'CCCC',
  });
});
