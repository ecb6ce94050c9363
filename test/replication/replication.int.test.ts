import { describe, expect, it } from 'vitest';
import { StaleWrite } from '../../zone/replica/ports.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { dataplane, resource, sealedSecret } from './wiring.ts';

describe('replication', () => {
  const world = hubWithZones(['zone-a', 'zone-b']);

  it('brings the policy log to the zones, position and digest equal', async () => {
    const { hub, zone: a } = world;
    const b = world.replicaOf('zone-b');
    hub.log.append(resource('Mesh', 'default'));
    for (let i = 0; i < 700; i++) hub.log.append(resource('MeshTimeout', `t${i % 50}`, { i }, 'default'));
    hub.log.append(
      resource('MeshTimeout', 'x', { a: 1 }, 'default'),
      resource('MeshTimeout', 'y', { a: 2 }, 'default'),
    );
    const head = await hub.log.head();
    await eventually(() => {
      expect([a.replica.position(), b.replica.position()]).toEqual([head, head]);
    });
    expect(a.replica.digest()).toBe(b.replica.digest());
    expect(a.replica.digest()).not.toBe('0'.repeat(64));
    expect(a.replica.view.count('MeshTimeout', 'default')).toBe(52);
    await eventually(() => expect(a.replica.ready()).toBe(true));
    expect(hub.errors).toEqual([]);
  });

  it('takes a crowd of writes to a zone log together, in order, and brings them to global and the other zones', async () => {
    const { zone: a } = world;
    const b = world.replicaOf('zone-b');
    const names = Array.from({ length: 1_200 }, (_, i) => `crowd-${i}`);
    const member = (name: string, i: number) => dataplane(name, `10.0.${i >> 8}.${i & 255}`);
    const put = (name: string, i: number) => a.log.put(member(name, i));
    const again = a.log.put(member('crowd-0', 9));
    const sequences = await Promise.all([again, ...names.map(put)]);
    expect(sequences).toEqual(sequences.map((_, i) => (sequences[0] ?? 0) + i));
    await a.replica.applied(sequences.at(-1) ?? 0);
    expect(a.replica.view.count('Dataplane', 'default')).toBe(names.length);
    const first = { type: 'Dataplane', mesh: 'default', name: 'crowd-0' };
    expect(a.replica.view.get(first, 'zone-a')?.resource.spec).toEqual(member('crowd-0', 0).spec);

    const ingresses = Array.from({ length: 10 }, (_, i) =>
      resource('ZoneIngress', `ingress-${i}`, { networking: { address: '10.0.0.1', port: i + 1 } }),
    );
    await Promise.all(ingresses.map((ingress) => a.log.put(ingress)));
    await eventually(() => expect(b.replica.view.count('ZoneIngress', '')).toBe(10));
    await Promise.all([
      ...names.map((name) => a.log.delete({ ...first, name })),
      ...ingresses.map((i) => a.log.delete(i)),
    ]);
    await eventually(() => {
      expect(a.replica.view.count('Dataplane', 'default')).toBe(0);
      expect(b.replica.view.count('ZoneIngress', '')).toBe(0);
    });
  });

  it('applies one change at once', async () => {
    const { hub, zone: a } = world;
    const seen: string[][] = [];
    const stop = a.replica.onApplied(({ changes }) => seen.push(changes.map(({ key }) => key.name)));
    hub.log.append(
      resource('MeshTimeout', 'c1', {}, 'default'),
      resource('MeshTimeout', 'c2', {}, 'default'),
      resource('MeshTimeout', 'c3', {}, 'default'),
    );
    await eventually(() => expect(seen.flat()).toHaveLength(3));
    stop();
    expect(seen).toEqual([['c1', 'c2', 'c3']]);
  });

  it('keeps from zones what is for global only, and goes on after it', async () => {
    const { hub, zone: a } = world;
    hub.log.append(resource('GlobalSecret', 'admin-user-token', { sealed: { keyId: 'k', iv: '', ciphertext: '' } }));
    const position = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await eventually(() => expect(a.replica.position()).toBe(position));
    expect(a.replica.view.count('GlobalSecret', '')).toBe(0);
  });

  it('tells zones which of them are switched off', async () => {
    const { hub, zone: a } = world;
    hub.log.append(resource('Zone', 'zone-b', { enabled: false }));
    await eventually(() =>
      expect(a.replica.view.get({ type: 'Zone', mesh: '', name: 'zone-b' })?.resource.spec).toEqual({ enabled: false }),
    );
  });

  it('opens a secret with the key that was granted to the zone', async () => {
    const { hub } = world;
    const b = world.replicaOf('zone-b');
    hub.log.append(sealedSecret(hub, 's', '11111111-1111-4111-8111-111111111111', 'hidden'));
    await eventually(() => {
      const secret = b.replica.view.get({ type: 'Secret', mesh: 'default', name: 's' });
      expect(secret?.resource.spec).toEqual({ data: Buffer.from('hidden').toString('base64') });
    });
    expect(b.replica.waitingForKeys()).toBe(0);
  });

  it('writes the zone log by compare-and-set, and shows an ingress to the other zone only', async () => {
    const { zone: a } = world;
    const b = world.replicaOf('zone-b');
    const ingress = resource('ZoneIngress', 'ing', { networking: { address: '10.0.0.9', port: 10_001 } });
    const sequence = await a.log.put(ingress, 0);
    await a.replica.applied(sequence);
    expect(a.replica.view.get(ingress, 'zone-a')?.version).toBe(sequence);
    await expect(a.log.put(ingress, 0)).rejects.toThrow(StaleWrite);
    await a.log.put(dataplane('dp', '10.0.0.8'));
    await eventually(() => expect(b.replica.view.get(ingress, 'zone-a')).toBeDefined());
    expect(b.replica.view.count('Dataplane', 'default')).toBe(0);
    await a.log.delete(ingress);
    await eventually(() => expect(b.replica.view.get(ingress, 'zone-a')).toBeUndefined());
  });

  it('writes several resources of the zone together, or none of them', async () => {
    const { zone: a } = world;
    const [one, two, three] = [
      dataplane('one', '10.0.0.1'),
      dataplane('two', '10.0.0.2'),
      dataplane('three', '10.0.0.3'),
    ];
    const last = await a.log.putAll([{ resource: one, expected: 0 }, { resource: two }]);
    await a.replica.applied(last);
    expect(a.replica.view.get(one, 'zone-a')?.version).toBe(last - 1);
    expect(a.replica.view.get(two, 'zone-a')?.version).toBe(last);
    const late = a.log.putAll([{ resource: three }, { resource: two, expected: last - 1 }]);
    await expect(late).rejects.toThrow(StaleWrite);
    await a.replica.applied(await a.log.putAll([{ resource: two, expected: last }]));
    expect(a.replica.view.get(three, 'zone-a'), 'nothing of what was late is there').toBeUndefined();
    for (const resource of [one, two]) await a.log.delete(resource);
  });

  it('a zone that lies or writes nonsense is set aside by the others, and taken back when it writes sense', async () => {
    const { zone: a } = world;
    const b = world.replicaOf('zone-b');
    const liar = resource('ZoneIngress', 'liar', { zone: 'zone-b', networking: { address: '10.0.0.9', port: 10_001 } });
    await a.log.put(liar);
    await a.log.put(resource('ZoneIngress', 'odd', 'nonsense'));
    await eventually(() => {
      expect(b.replica.quarantined.map(({ reason }) => reason)).toEqual([
        'zone zone-a writes for zone zone-b',
        expect.stringContaining('it is no ZoneIngress'),
      ]);
    });
    expect(b.replica.view.find(liar)).toBeUndefined();
    await a.log.delete(liar);
    await a.log.put(resource('ZoneIngress', 'odd', { networking: { address: '10.0.0.7', port: 10_001 } }));
    await eventually(() => expect(b.replica.quarantined).toEqual([]));
    expect(b.replica.view.find(resource('ZoneIngress', 'odd'))).toBeDefined();
  });

  it('starts from its own copy and follows on', async () => {
    const { hub, zone: a } = world;
    await world.replicaOf('zone-b').stop();
    const position = hub.log.append(resource('MeshTimeout', 'while-away', {}, 'default'));
    const b = await world.restart('zone-b');
    expect(b.replica.position()).toBeGreaterThan(0);
    await eventually(() => expect(b.replica.position()).toBe(position));
    expect(b.replica.digest()).toBe(a.replica.digest());
    expect(b.replica.view.get({ type: 'Secret', mesh: 'default', name: 's' })?.resource.spec).toHaveProperty('data');
  });

  it('goes on without gap or duplicate when the hub is killed under load', async () => {
    const { hub, zone: a } = world;
    const b = world.replicaOf('zone-b');
    const before = await hub.log.head();
    for (let i = 0; i < 2_000; i++) {
      hub.log.append(resource('MeshTimeout', `load${i}`, { i }, 'default'));
      if (i === 500 || i === 1_200) {
        await hub.server.kill();
        await hub.server.restart();
      }
    }
    const head = await hub.log.head();
    expect(head).toBe(before + 2_000);
    await eventually(() => expect([a.replica.position(), b.replica.position()]).toEqual([head, head]), 60_000);
    expect(a.replica.digest()).toBe(b.replica.digest());
    const { state } = await hub.connection.jsm.streams.info('EVENTS');
    expect(state.last_seq).toBe(head);
    for (const event of hub.log.events.slice(before, before + 100)) {
      const message = await hub.connection.jsm.streams.getMessage('EVENTS', { seq: event.position });
      expect(message?.header.get('Cp-Id')).toBe(event.id);
    }
  });
});
