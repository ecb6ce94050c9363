import { expect, it } from 'vitest';
import type { IssuedCredential } from '../log/hubCredentials.ts';
import { retiredKeys } from './retiredKeys.ts';

const key = (serial: number, since: string) => ({ name: `key-${serial}`, serial, since: new Date(since) });
const credential = (zone: string, at: string): IssuedCredential => ({
  userKey: `U-${zone}-${at}`,
  zone,
  tokenId: '',
  tokenKey: '',
  issuedAt: new Date(at),
  expiresAt: new Date('2027-01-01T00:00:00Z'),
});
const OLD = key(1, '2026-01-01T00:00:00Z');
const NEW = key(2, '2026-11-01T12:00:00Z');
const zones = new Set(['a', 'b']);
const names = (issued: readonly IssuedCredential[], keys = [NEW, OLD]) =>
  retiredKeys(keys, issued, zones).map(({ name }) => name);
const before = credential('a', '2026-11-01T11:00:00Z');
const afterwards = [credential('a', '2026-11-01T13:00:00Z'), credential('b', '2026-11-02T00:00:00Z')];

it('the only key stays, whatever was issued', () => {
  expect(names(afterwards, [OLD])).toEqual([]);
});

it('a key stays while a zone may live on what it signed', () => {
  expect(names([before, credential('b', '2026-11-02T00:00:00Z')])).toEqual([]);
  expect(names([before, credential('a', '2026-11-01T12:00:30Z'), ...afterwards.slice(1)])).toEqual([]);
});

it('a key goes once all zones have newer credentials; zones that are gone or have none that holds do not count', () => {
  expect(names([before, ...afterwards])).toEqual(['key-1']);
  expect(names([...afterwards, credential('deleted', '2026-10-01T00:00:00Z')])).toEqual(['key-1']);
  expect(names([])).toEqual(['key-1']);
});
