import { describe, expect, test } from 'vitest';
import { resource } from '../../test/support/resource.ts';
import { domainNames, resolved, unresolvedReason, withAddresses } from './resolved.ts';

const proxy = (type: string, networking: object) => resource(type, '', 'p', { zone: 'z', networking });
const known = (names: Readonly<Record<string, string>>) => (name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

describe('what a proxy calls itself', () => {
  test('names are found in both addresses, of proxies alone', () => {
    const networking = { address: 'in.example', advertisedAddress: 'lb.example', port: 1 };
    expect(domainNames(proxy('ZoneIngress', networking))).toEqual(['in.example', 'lb.example']);
    expect(domainNames(proxy('Dataplane', { address: '10.0.0.1', advertisedAddress: 'fd00::1' }))).toEqual([]);
    expect(domainNames(proxy('Mesh', networking))).toEqual([]);
    expect(domainNames({ ...proxy('Dataplane', {}), spec: {} })).toEqual([]);
  });

  test('addresses take the place of the names that are known; what was written stays in the resource', () => {
    const written = proxy('ZoneIngress', { address: 'in.example', advertisedAddress: 'lb.example', port: 1 });
    const half = withAddresses(written, known({ 'lb.example': '192.0.2.1' }));
    expect(half.spec).toEqual(written.spec);
    expect(resolved(half).spec).toEqual({
      zone: 'z',
      networking: { address: 'in.example', advertisedAddress: '192.0.2.1', port: 1 },
    });
    expect(unresolvedReason(half)).toContain('networking.address: ');
    expect(unresolvedReason(half)).toContain('"in.example"');

    const whole = withAddresses(half, known({ 'in.example': '10.0.0.1', 'lb.example': '192.0.2.1' }));
    expect(resolved(whole).spec).toMatchObject({ networking: { address: '10.0.0.1' } });
    expect(unresolvedReason(whole)).toBeUndefined();

    const odd = proxy('ZoneIngress', { address: 'constructor', advertisedAddress: 'lb.example' });
    const found = withAddresses(odd, known({ 'lb.example': '192.0.2.1' }));
    expect(unresolvedReason(found)).toContain('"constructor"');
  });

  test('nothing new is no other object, so that nobody takes it for a change', () => {
    const plain = proxy('Dataplane', { address: '10.0.0.1' });
    expect(withAddresses(plain, known({}))).toBe(plain);
    expect(resolved(plain)).toBe(plain);
    const named = proxy('Dataplane', { address: 'a.example' });
    expect(withAddresses(named, known({}))).toBe(named);
    const found = withAddresses(named, known({ 'a.example': '10.0.0.1' }));
    expect(withAddresses(found, known({ 'a.example': '10.0.0.1' }))).toBe(found);
    expect(resolved(found)).toBe(resolved(found));
    expect(withAddresses(found, known({ 'a.example': '10.0.0.2' }))).not.toBe(found);
  });

  test('what else was found out about it stays', () => {
    const dead = {
      ...proxy('ZoneIngress', { address: '10.0.0.1', advertisedAddress: 'lb.example' }),
      status: { dead: true },
    };
    expect(withAddresses(dead, known({ 'lb.example': '192.0.2.1' })).status).toEqual({
      dead: true,
      addresses: { 'lb.example': '192.0.2.1' },
    });
  });
});
