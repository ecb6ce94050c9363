import { decodeJwt } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { issueToken } from './issueToken.ts';
import { makeSigningKey } from './signingKey.ts';
import { verifyZoneToken } from './verifyZoneToken.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const HOUR_MS = 3_600_000;
const secrets = new Map<string, string>();
let privateKeyPem: string;

beforeAll(async () => {
  privateKeyPem = await makeSigningKey();
  secrets.set('zone-token-signing-key-3', privateKeyPem);
});

const issue = (claims: object = {}, serial = 3) =>
  issueToken({ Zone: 'zone-1', Scope: ['cp'], ...claims }, { privateKeyPem, serial, validForMs: HOUR_MS, now: NOW });
const verify = (token: string, now = NOW, more: ReadonlyMap<string, string> = new Map()) =>
  verifyZoneToken(token, 'zone-1', {
    now: () => now,
    globalSecret: async (name) => more.get(name) ?? secrets.get(name),
  });

it('tells which token it is, which key signed it, and its time', async () => {
  const token = await issue();
  expect(await verify(token)).toEqual({
    id: decodeJwt(token).jti,
    key: 'zone-token-signing-key-3',
    issuedAt: NOW,
    expiresAt: new Date(NOW.getTime() + HOUR_MS),
  });
});

it.each<[string, object, RegExp]>([
  ['of another zone', { Zone: 'zone-2' }, /for zone zone-2, not for zone-1/],
  ['of a proxy', { Scope: ['ingress', 'egress'] }, /for ingress, egress, not for cp/],
  ['for nothing', { Scope: null }, /for nothing, not for cp/],
  ['without a zone', { Zone: undefined }, /not valid/],
])('refuses one %s', async (_, claims, why) => {
  await expect(verify(await issue(claims))).rejects.toThrow(why);
});

it('refuses one that is over, revoked, of an unknown key, forged or no token', async () => {
  const token = await issue();
  await expect(verify(token, new Date(NOW.getTime() + HOUR_MS + 1_000))).rejects.toThrow(/"exp"/);
  const revoked = new Map([['zone-token-revocations', `x, ${decodeJwt(token).jti} `]]);
  await expect(verify(token, NOW, revoked)).rejects.toThrow(/is revoked/);
  await expect(verify(await issue({}, 4))).rejects.toThrow(/no signing key zone-token-signing-key-4/);
  const other = new Map([['zone-token-signing-key-3', await makeSigningKey()]]);
  await expect(verify(token, NOW, other)).rejects.toThrow(/signature/);
  await expect(verify('nonsense')).rejects.toMatchObject({ name: 'TokenRefused' });
});
