import { describe, expect, test } from 'vitest';
import { addressReason, isIpAddress } from './address.ts';
import { fnv1a64, hashedName, hashedNameStem } from './hashedName.ts';
import { kriOf, parseKri } from './kri.ts';
import { nameViolations, nameWarnings, roomViolations } from './name.ts';
import { fieldPath } from './violationsOf.ts';

describe('hashed names', () => {
  test.each([
    ['mz', 'gl-timeout', '', 'gl-timeout-498x46zc46df48c7'],
    ['mz', 'gl-tp', '', 'gl-tp-7czcd6v499cxx5v8'],
    ['', 'gl-hg', '', 'gl-hg-92xz48z8v782zvfx'],
    ['mz', 'zone-timeout', 'east', 'zone-timeout-4d86d4vb8f9z4f6w'],
    ['mz', 'east-dp', 'east', 'east-dp-9bw944vcb7bxvc4w'],
    ['', 'zi-east', 'east', 'zi-east-z24d494df54z6x8c'],
    ['default', 'mesh-timeout-all-default', '', 'mesh-timeout-all-default-bv8z44b7bzb99xc7'],
    ['', 'local-universal-mesh-service', 'zone-a', 'local-universal-mesh-service-6b9v54zbvcd8zddx'],
  ])('mesh "%s", name %s, zone "%s"', (mesh, name, zone, expected) => {
    expect(hashedName({ mesh, name, labels: zone ? { 'kuma.io/zone': zone } : {} })).toBe(expected);
    expect(hashedNameStem(expected)).toBe(name);
  });

  test('FNV-1a of the reference', () => expect(fnv1a64('backend;default;')).toBe('601e0c00295a9fbe'));

  test('a display name stands for the name, and the whole stays a name', () => {
    const long = 'a'.repeat(253);
    expect(hashedName({ mesh: 'm', name: long, labels: {} })).toHaveLength(253);
    const labels = { 'kuma.io/display-name': 'gl-timeout' };
    expect(hashedName({ mesh: 'mz', name: 'gl-timeout-498x46zc46df48c7', labels })).toBe('gl-timeout-498x46zc46df48c7');
  });

  test('other names have no stem', () => expect(hashedNameStem('mesh-timeout-all-default')).toBeUndefined());
});

describe('KRI', () => {
  const zone = { 'kuma.io/zone': 'east', 'kuma.io/display-name': 'east-dp' };
  test.each([
    [{ shortName: 'dp' }, { mesh: 'default', name: 'client-1', labels: {} }, 'kri_dp_default___client-1_'],
    [{ shortName: 'm' }, { mesh: '', name: 'default', labels: {} }, 'kri_m____default_'],
    [{ shortName: 'dp' }, { mesh: 'mz', name: 'east-dp-9bw944vcb7bxvc4w', labels: zone }, 'kri_dp_mz_east__east-dp_'],
    [{}, { mesh: '', name: 's', labels: {} }, undefined],
  ])('%j %j', (descriptor, resource, expected) => {
    const kri = kriOf(descriptor, resource);
    expect(kri).toBe(expected);
    if (kri) expect(parseKri(kri)).toMatchObject({ ...descriptor, mesh: resource.mesh });
  });

  test('what is none', () => {
    for (const text of ['', 'kri', 'kri_m', 'kri_m____default', 'x_m____default_', 'kri_____default_'])
      expect(parseKri(text)).toBeUndefined();
  });
});

describe('names', () => {
  const reasons = (name: string, mesh = 'm') => nameViolations({ name, mesh }, 'Mesh').map(({ field }) => field);
  test.each(['a', 'a-b.c', '0', 'a'.repeat(253)])('%s is one', (name) => expect(reasons(name)).toEqual([]));
  test.each(['', 'A', 'a_b', '-a', 'a.', 'a..b', 'a'.repeat(254), '__proto__'])('%s is none', (name) =>
    expect(reasons(name)).toEqual(['name']),
  );
  test('a zone needs room for its own', () => {
    const room = (length: number) =>
      roomViolations({ name: 'a'.repeat(length) }, { mode: 'zone', zone: 'east', environment: 'universal' });
    expect(room(247)).toEqual([]);
    expect(room(248)).toEqual([{ field: 'name', reason: 'the length of the name must be shorter' }]);
    expect(roomViolations({ name: 'a'.repeat(300) }, { mode: 'global', environment: 'universal' })).toEqual([]);
  });
  test('a mesh is named, old ones with _', () => {
    expect(reasons('a', 'old_mesh')).toEqual([]);
    expect(reasons('a', 'M!')).toEqual(['mesh']);
    expect(reasons('a', '')).toEqual(['mesh']);
    expect(nameViolations({ name: 'a', mesh: 'm'.repeat(254) }, 'Mesh')).toEqual([
      { field: 'mesh', reason: 'value length must less or equal 253' },
    ]);
  });
  test('a mesh that is no DNS label gets a warning, in Kuma’s words', () => {
    expect(nameWarnings({ type: 'Mesh', name: '1st' })).toEqual([
      "Invalid Mesh resource name: '1st'. It does not conform to the DNS format (RFC 1035). This is deprecated. Errors: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(nameWarnings({ type: 'Zone', name: 'z'.repeat(64) })).toEqual([
      `Invalid Zone resource name: '${'z'.repeat(64)}'. It does not conform to the DNS format (RFC 1035). This is deprecated. Errors: must be no more than 63 bytes`,
    ]);
    expect(nameWarnings({ type: 'Mesh', name: 'first' })).toEqual([]);
    expect(nameWarnings({ type: 'Dataplane', name: '1.2' })).toEqual([]);
  });
});

test('paths in Kuma’s grammar', () => {
  expect(fieldPath(['spec', 'to', 0, 'targetRef', 'kind'])).toBe('spec.to[0].targetRef.kind');
  expect(fieldPath(['networking', 'inbound', 0, 'tags', 'version'])).toBe('networking.inbound[0].tags["version"]');
  expect(fieldPath(['labels', 'kuma.io/origin'])).toBe('labels["kuma.io/origin"]');
  expect(fieldPath(['spec', 'match', 'a-b'])).toBe('spec.match["a-b"]');
  expect(fieldPath(['labels', 'a"b'])).toBe(String.raw`labels["a\"b"]`);
});

test('addresses', () => {
  for (const one of ['1.2.3.4', '::1', 'fe80::', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'])
    expect(isIpAddress(one)).toBe(true);
  for (const one of ['1.2.3', '1.2.3.256', '01.2.3.4', ':::', '1:2', '::1.2', 'g::', '1:2:3:4:5:6:7:8:9'])
    expect(isIpAddress(one)).toBe(false);
  expect(addressReason('backend.example')).toBeUndefined();
  expect(addressReason('a_b.example.')).toBeUndefined();
  for (const one of ['-a.example', 'a..b', '!', 'a'.repeat(64), `${'a'.repeat(50)}.`.repeat(6)])
    expect(addressReason(one)).toBe('address has to be valid IP address or domain name');
});
