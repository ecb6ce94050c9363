import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Digest } from '../../shared/event/digest.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { keyText } from '../../shared/resource/resource.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { eventReader } from '../../shared/event/eventReader.ts';
import type { EventReader } from '../../shared/event/message.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const OLD: EventReader = { schema: 1, knows: (type) => type !== 'MeshNovelty' };
const NEW: EventReader = { schema: 2, knows: () => true, upcasters: { 1: (data) => data } };

const world = hubWithZones(['zone-a'], { reader: OLD });
const restart = (reader: EventReader) => world.restart('zone-a', reader);

const spec = (name: string, type = 'MeshTimeout') =>
  world.zone.replica.view.get({ type, mesh: 'default', name })?.resource.spec;
const aside = () => world.zone.replica.quarantined.map(({ stream, sequence, reason }) => [stream, sequence, reason]);

/** What global makes of its log: the digest that a zone's is held against. */
async function expectedDigest(): Promise<string> {
  const digest = new Digest((text) => createHash('sha256').update(text).digest());
  for (const { key, version, resource: body } of world.hub.log.events) {
    digest.set(keyText(key), version, body ? canonicalJson(body) : undefined);
  }
  return digest.hex;
}

describe('an event that a zone cannot apply', () => {
  it('is set aside, the rest goes on, and position and digest stay comparable', async () => {
    world.hub.log.append(resource('Mesh', 'default'));
    world.hub.log.append(resource('MeshTimeout', 't', { old: 1 }, 'default'));
    await eventually(() => expect(spec('t')).toEqual({ old: 1 }));
    const newer = world.hub.log.appendAs({ schema: 2 }, resource('MeshTimeout', 't', { new: 2 }, 'default'));
    const unknown = world.hub.log.append(resource('MeshNovelty', 'n', {}, 'default'));
    const head = world.hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(head));
    expect(aside()).toEqual([
      ['EVENTS', newer, 'event schema 2 is newer than 1, which this version reads; upgrade it'],
      ['EVENTS', unknown, 'this version does not know the type MeshNovelty; upgrade it'],
    ]);
    expect(spec('t')).toEqual({ old: 1 });
    expect(spec('after')).toEqual({});
    expect(spec('n', 'MeshNovelty')).toBeUndefined();
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
  });

  it('survives a restart of the same version', async () => {
    const before = aside();
    await restart(OLD);
    expect(aside()).toEqual(before);
    expect(spec('t')).toEqual({ old: 1 });
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
  });

  it('is no more when a later one of the resource can be applied', async () => {
    const newer = world.hub.log.appendAs({ schema: 2 }, resource('MeshTimeout', 'u', {}, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(newer));
    expect(aside()).toHaveLength(3);
    const head = world.hub.log.append(resource('MeshTimeout', 'u', { known: true }, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(head));
    expect(aside()).toHaveLength(2);
    expect(spec('u')).toEqual({ known: true });
  });

  it('is applied by a version that knows it, from its own copy, and stays known', async () => {
    await restart(NEW);
    expect(aside()).toEqual([]);
    expect(spec('t')).toEqual({ new: 2 });
    expect(spec('n', 'MeshNovelty')).toEqual({});
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
    await restart(NEW);
    expect(aside()).toEqual([]);
    expect(spec('t')).toEqual({ new: 2 });
  });

  it('and an older version that comes back sets aside what it no longer knows', async () => {
    await restart(OLD);
    expect(aside()).toHaveLength(2);
    expect(spec('n', 'MeshNovelty')).toBeUndefined();
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
  });

  it('is forgotten once it was applied: what comes after it is not undone by the next start', async () => {
    await restart(NEW);
    world.hub.log.append(resource('MeshNovelty', 'n', { later: true }, 'default'));
    const head = world.hub.log.delete(resource('MeshTimeout', 't', {}, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(head));
    await restart(NEW);
    expect(spec('n', 'MeshNovelty')).toEqual({ later: true });
    expect(spec('t')).toBeUndefined();
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
  });

  it('is set aside when its spec would break whoever computes with it', async () => {
    await restart(eventReader(await loadRegistry()));
    const before = aside().length;
    const broken = world.hub.log.append(resource('MeshTimeout', 'poison', { to: 'everything' }, 'default'));
    const head = world.hub.log.append(resource('MeshTimeout', 'sound', { targetRef: { kind: 'Mesh' } }, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(head));
    expect(aside()).toHaveLength(before + 1);
    expect(aside()).toContainEqual(['EVENTS', broken, expect.stringMatching(/cannot apply it: spec\.to: /)]);
    expect(spec('poison')).toBeUndefined();
    expect(spec('sound')).toEqual({ targetRef: { kind: 'Mesh' } });
    expect(world.zone.replica.digest()).toBe(await expectedDigest());
    world.hub.log.append(resource('MeshTimeout', 'poison', {}, 'default'));
    await eventually(() => expect(spec('poison')).toEqual({}));
  });

  it('is set aside as well when it is no event at all', async () => {
    await restart(NEW);
    world.hub.log.appendAs({ version: Number.NaN }, resource('MeshTimeout', 'broken', {}, 'default'));
    const head = world.hub.log.append(resource('MeshTimeout', 'on', {}, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(head));
    expect(aside()).toMatchObject([['EVENTS', head - 1, expect.stringContaining('Cp-Ver')]]);
    await restart(NEW);
    expect(aside()).toHaveLength(1);
  });
});
