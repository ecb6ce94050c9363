import { describe, expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { resource } from '../../test/support/resource.ts';
import { resourceCases } from '../../test/support/resourceCases.ts';
import { parseResource } from '../resource/parseResource.ts';
import type { Resource } from '../resource/resource.ts';
import { fromZoneMessage } from './zoneMessage.ts';

const registry = await loadRegistry();

const ofType = (type: string, spec: unknown, more?: Partial<Resource>) => resource(type, 'default', 'x', spec, more);
const take = (written: Resource, key: Resource = written) =>
  fromZoneMessage(registry, { zone: 'zone-1', key, body: JSON.stringify(written) });

describe('what a zone wrote', () => {
  const folders = ['../policy/', '../resource/'].map((path) => new URL(path, import.meta.url));
  for (const { file, cases } of folders.flatMap(resourceCases)) {
    test(`comes out as it went in: ${file}`, () => {
      for (const { body } of cases) {
        const descriptor = registry.byType(body.type);
        const parsed = descriptor && parseResource(descriptor, body, '2026-01-01T00:00:00Z');
        if (!parsed?.ok || !descriptor?.replication.zoneToGlobal) continue;
        const written = JSON.parse(JSON.stringify({ ...parsed.resource, name: 'x' })) as Resource;
        const { zone = 'zone-1' } = written.spec as { zone?: string };
        expect(fromZoneMessage(registry, { zone, key: written, body: JSON.stringify(written) })).toEqual(written);
      }
    });
  }

  test('stays in the zone where it is a secret: it is taken from the part that stays, opened, and from nowhere else', () => {
    const sealed = ofType('Secret', { sealed: { keyId: 'zone', iv: '', ciphertext: '' } });
    const open = (written: Resource) => ({ ...written, spec: { data: 'dGVzdA==' } });
    const message = { zone: 'zone-1', key: sealed, body: JSON.stringify(sealed) };
    expect(fromZoneMessage(registry, { ...message, open })).toMatchObject({ spec: { data: 'dGVzdA==' } });
    expect(() => fromZoneMessage(registry, message)).toThrow('zones write no Secret');
    const dataplane = ofType('Dataplane', { networking: { address: '10.0.0.1', inbound: [{ port: 80 }] } });
    const strayed = { zone: 'zone-1', key: dataplane, body: JSON.stringify(dataplane), open };
    expect(() => fromZoneMessage(registry, strayed)).toThrow('zones write no Dataplane');
  });

  test('may be a deletion, of whatever', () => {
    expect(fromZoneMessage(registry, { zone: 'zone-1', key: ofType('Nothing', {}), body: '' })).toBeNull();
  });
});

const dataplane = { networking: { address: '10.0.0.1' } };
const ingress = { networking: { address: '10.0.0.1', port: 1 } };

test.each([
  [
    'no JSON',
    () => fromZoneMessage(registry, { zone: 'z', key: ofType('Dataplane', {}), body: '{' }),
    'its body is not JSON',
  ],
  [
    'no resource',
    () => fromZoneMessage(registry, { zone: 'z', key: ofType('Dataplane', {}), body: '[]' }),
    'it is no resource',
  ],
  ['a type that global writes', () => take(ofType('Mesh', {}, { mesh: '' })), 'zones write no Mesh'],
  ['a secret', () => take(ofType('Secret', { data: '' })), 'zones write no Secret'],
  ['a type nobody knows', () => take(ofType('Nothing', {})), 'this version does not know the type Nothing; upgrade it'],
  [
    'another name than the subject has',
    () => take(ofType('Dataplane', dataplane), ofType('Dataplane', {}, { name: 'y' })),
    'its subject is that of another resource',
  ],
  [
    'a name that is none',
    () => take(ofType('Dataplane', dataplane, { name: 'a\u0000' })),
    'it is no Dataplane: name: invalid characters',
  ],
  ['a Dataplane without a network', () => take(ofType('Dataplane', {})), 'it is no Dataplane: networking: '],
  [
    'an insight that is none',
    () => take(ofType('DataplaneInsight', { subscriptions: 'x' })),
    'it is no DataplaneInsight: subscriptions: ',
  ],
  [
    'an ingress of another zone',
    () => take(ofType('ZoneIngress', { ...ingress, zone: 'liar' }, { mesh: '' })),
    'zone zone-1 writes for zone liar',
  ],
])('is set aside: %s', (_what, act, message) => expect(act).toThrow(message));
