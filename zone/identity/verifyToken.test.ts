import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { viewOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { TokenRefused, verifyDataplaneToken, verifyZoneToken } from './verifyToken.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const keys = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [KeyPair, KeyPair];
type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

const secret = (type: string, mesh: string, name: string, text: string): WrittenResource => ({
  type,
  mesh,
  name,
  data: Buffer.from(text).toString('base64'),
});
const privatePem = ({ privateKey }: KeyPair) => privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const publicPem = ({ publicKey }: KeyPair) => publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();

const view = viewOf([
  secret('Secret', 'demo', 'dataplane-token-signing-key-demo-1', privatePem(keys[0])),
  secret('Secret', 'demo', 'dataplane-token-revocations-demo', 'other, revoked'),
  secret('GlobalSecret', '', 'dataplane-token-revocations-demo', 'revoked-everywhere'),
  secret('GlobalSecret', '', 'zone-token-signing-public-key-1', publicPem(keys[1])),
]);
const deps = { view, now: () => NOW };

function token(
  claims: Record<string, unknown>,
  {
    key = keys[0].privateKey,
    kid = '1',
    alg = 'RS256',
    exp = 3600,
    jti = 'id',
  }: { key?: KeyObject | Uint8Array; kid?: string; alg?: string; exp?: number; jti?: string } = {},
) {
  const seconds = NOW.getTime() / 1000;
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid })
    .setIssuedAt(seconds - 5)
    .setNotBefore(seconds - 5)
    .setExpirationTime(seconds + exp)
    .setJti(jti)
    .sign(key);
}

const bearer = {
  mesh: 'demo',
  name: 'backend-1',
  workload: '',
  tags: [{ 'kuma.io/service': 'backend', version: 'v1' }, { 'kuma.io/service': 'admin' }],
};
const verify = async (claims: Record<string, unknown>, options = {}) =>
  verifyDataplaneToken(await token({ Name: '', Mesh: 'demo', Tags: {}, Type: '', ...claims }, options), bearer, deps);

describe('dataplane tokens', () => {
  it.each([
    ['any of the mesh', {}],
    ['by name', { Name: 'backend-1' }],
    [
      'by tags, all values of the Dataplane being allowed',
      { Tags: { 'kuma.io/service': ['admin', 'backend', 'x'], version: ['v1'] } },
    ],
    ['without Tags', { Tags: null }],
  ])('are accepted: %s', async (_, claims) => {
    await expect(verify(claims)).resolves.toBeUndefined();
  });

  it.each([
    ['another mesh', { Mesh: 'other' }, {}, 'the token is for mesh other, not for demo'],
    ['another name', { Name: 'x' }, {}, 'the token is for the proxy x, not for backend-1'],
    ['another workload', { Workload: 'w' }, {}, 'the token is for the workload w, not for none'],
    [
      'a tag that it has not',
      { Tags: { team: ['a'] } },
      {},
      'the token is for a Dataplane with the tag team, which this one has not',
    ],
    [
      'one of its values too many',
      { Tags: { 'kuma.io/service': ['backend'] } },
      {},
      'the token allows kuma.io/service=backend, not admin',
    ],
    ['revoked', {}, { jti: 'revoked' }, 'the token revoked is revoked'],
    ['revoked by a GlobalSecret', {}, { jti: 'revoked-everywhere' }, 'the token revoked-everywhere is revoked'],
    ['expired', {}, { exp: -1 }, 'the token is not valid: "exp" claim timestamp check failed'],
    [
      'a key that was rotated away',
      {},
      { kid: '7' },
      'there is no signing key dataplane-token-signing-key-demo-7; if it was rotated, issue the token anew',
    ],
    [
      'signed by somebody else',
      {},
      { key: keys[1].privateKey },
      'the token is not valid: signature verification failed',
    ],
    [
      'signed with the public key as a shared secret',
      {},
      { key: Buffer.from(publicPem(keys[0])), alg: 'HS256' },
      'the token is not valid: "alg" (Algorithm) Header Parameter value not allowed',
    ],
    ['claims of the wrong form', { Tags: 'all' }, {}, "the token's claims are not those of such a token"],
  ])('are refused: %s', async (_, claims, options, message) => {
    const refused = verify(claims, options);
    await expect(refused).rejects.toThrow(TokenRefused);
    await expect(refused).rejects.toThrow(message);
  });

  it('are refused when there is none, or it is none', async () => {
    await expect(verifyDataplaneToken('', bearer, deps)).rejects.toThrow('there is no token');
    await expect(verifyDataplaneToken('a.b.c', bearer, deps)).rejects.toThrow(TokenRefused);
  });
});

describe('zone tokens', () => {
  const ingress = { zone: 'zone-1', scope: 'ingress' };
  const signed = (claims: Record<string, unknown>) => token(claims, { key: keys[1].privateKey });

  it('are accepted for the zone and what they are for', async () => {
    await expect(
      verifyZoneToken(await signed({ Zone: 'zone-1', Scope: ['egress', 'ingress'] }), ingress, deps),
    ).resolves.toBeUndefined();
  });

  it('are refused otherwise', async () => {
    await expect(verifyZoneToken(await signed({ Zone: 'zone-2', Scope: ['ingress'] }), ingress, deps)).rejects.toThrow(
      'the token is for zone zone-2, not for zone-1',
    );
    await expect(verifyZoneToken(await signed({ Zone: 'zone-1', Scope: ['egress'] }), ingress, deps)).rejects.toThrow(
      'the token is for egress, not for ingress',
    );
    await expect(verifyZoneToken(await token({ Zone: 'zone-1', Scope: ['ingress'] }), ingress, deps)).rejects.toThrow(
      'signature verification failed',
    );
  });
});
