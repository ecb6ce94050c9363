import { expect, it } from 'vitest';
import type { IssuedCredential } from '../log/hubCredentials.ts';
import { type Grounds, revokedCredentials } from './revocations.ts';

const credential: IssuedCredential = {
  userKey: 'U1',
  zone: 'zone-1',
  tokenId: 'token-1',
  tokenKey: 'zone-token-signing-key-1',
  issuedAt: new Date('2026-11-21T10:00:00.500Z'),
  expiresAt: new Date('2026-12-21T10:00:00Z'),
};
const grounds: Grounds = {
  revokedTokens: new Set(['token-2']),
  tokenKeys: new Set(['zone-token-signing-key-1']),
  zones: new Map([['zone-1', new Date('2026-11-21T10:00:00.500Z')]]),
};

it('leaves a credential that stands', () => {
  expect(revokedCredentials([credential], grounds)).toEqual([]);
});

it.each<[string, Partial<Grounds>]>([
  ['its token is revoked', { revokedTokens: new Set(['token-1']) }],
  ['the key of its token is gone', { tokenKeys: new Set(['zone-token-signing-key-2']) }],
  ['its Zone was deleted', { zones: new Map() }],
  ['its Zone was deleted and made anew', { zones: new Map([['zone-1', new Date('2026-11-21T10:00:00.501Z')]]) }],
])('revokes it when %s', (_, changed) => {
  expect(revokedCredentials([credential], { ...grounds, ...changed })).toEqual([credential]);
});
