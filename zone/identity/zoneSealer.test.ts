import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { resource } from '../../test/support/resource.ts';
import { zoneSealer } from './zoneSealer.ts';

const secret = (name: string, spec: unknown, type = 'Secret') => resource(type, 'demo', name, spec);
const { privateKey } = generateKeyPairSync('x25519');
const written = secret('s', { data: Buffer.from('the parrot sleeps').toString('base64') });

test('what is sealed opens for who has the same key, and says nothing before', () => {
  const sealed = zoneSealer(() => [privateKey]).seal(written);
  expect(JSON.stringify(sealed)).not.toContain(Buffer.from('parrot').toString('base64').slice(0, 6));
  expect(sealed.spec).toMatchObject({ sealed: { keyId: 'zone' } });
  expect(zoneSealer(() => [privateKey]).open(sealed)).toEqual(written);
  expect(zoneSealer(() => [privateKey]).seal(written)).not.toEqual(sealed);
});

test('it opens neither with another key nor under another name', () => {
  const sealer = zoneSealer(() => [privateKey]);
  const sealed = sealer.seal(written);
  const other = zoneSealer(() => [generateKeyPairSync('x25519').privateKey]);
  expect(() => other.open(sealed)).toThrow('need the same keys.dir');
  expect(() => sealer.open({ ...sealed, name: 'another' })).toThrow('it was sealed');
});

test('what is no secret, and a secret without data, stay as they are', () => {
  const sealer = zoneSealer(() => [privateKey]);
  const dataplane = secret('d', { data: 'dGVzdA==' }, 'Dataplane');
  expect(sealer.seal(dataplane)).toBe(dataplane);
  expect(sealer.open(dataplane)).toBe(dataplane);
  const empty = secret('e', {});
  expect(sealer.open(sealer.seal(empty))).toBe(empty);
});

test('while the zone changes over, what its former key sealed opens, and is told apart', () => {
  const next = generateKeyPairSync('x25519').privateKey;
  const sealed = zoneSealer(() => [privateKey]).seal(written);
  const both = zoneSealer(() => [next, privateKey]);
  expect(both.open(sealed)).toEqual(written);
  expect(both.isOfFormer(sealed)).toBe(true);
  const anew = both.seal(written);
  expect(both.isOfFormer(anew)).toBe(false);
  expect(zoneSealer(() => [next]).open(anew)).toEqual(written);
  expect(() => zoneSealer(() => [privateKey]).open(anew)).toThrow('another zone key');
  expect(both.isOfFormer(written)).toBe(false);
});
