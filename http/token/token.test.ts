import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../shared/resource/resource.ts';
import { resource } from '../../test/support/resource.ts';
import { makeSigningKey, newestKey, serialOf } from './signingKey.ts';
import { SigningKeyNotFound, tokenIssuer } from './tokenIssuer.ts';
import { verifyUserToken } from './verifyUserToken.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const key = async (name: string) =>
  resource('GlobalSecret', '', name, { data: Buffer.from(await makeSigningKey()).toString('base64') });
const opened = async (secret: Resource) => (secret.spec as { data: string }).data;

describe('tokens', () => {
  it('are signed by the highest serial, with Kuma’s claims and times', async () => {
    const keys = [await key('zone-token-signing-key-2'), await key('zone-token-signing-key-10')];
    const issuer = tokenIssuer({ list: async () => keys, open: opened, now: () => NOW });
    const token = await issuer.zone({ zone: 'z1', scope: ['ingress'], validForMs: 3_600_000 });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: '10', typ: 'JWT' });
    const seconds = NOW.getTime() / 1000;
    expect(decodeJwt(token)).toMatchObject({
      Zone: 'z1',
      Scope: ['ingress'],
      iat: seconds - 5,
      nbf: seconds - 5 - 24 * 3_600,
      exp: seconds + 3600,
    });
  });

  it('of users are verified, and refused when revoked, expired or signed by nobody we know', async () => {
    const signing = await key('user-token-signing-key-1');
    const issuer = tokenIssuer({ list: async () => [signing], open: opened, now: () => NOW });
    const token = await issuer.user({ name: 'john', groups: ['a'], validForMs: 60_000 });
    const pem = Buffer.from(await opened(signing), 'base64').toString();
    const secrets: Record<string, string> = { 'user-token-signing-key-1': pem };
    const verify = (now = NOW) =>
      verifyUserToken(token, { globalSecret: async (name) => secrets[name], now: () => now });
    expect(await verify()).toEqual({ name: 'john', groups: ['a'] });
    await expect(verify(new Date(NOW.getTime() + 120_000))).rejects.toThrow(/exp/);
    secrets['user-token-revocations'] = `x,${decodeJwt(token).jti}\n`;
    await expect(verify()).rejects.toThrow(/revoked/);
    delete secrets['user-token-signing-key-1'];
    await expect(verify()).rejects.toThrow(/no signing key/);
  });

  it('need a signing key', async () => {
    const issuer = tokenIssuer({ list: async () => [], open: opened, now: () => NOW });
    await expect(issuer.dataplane({ name: '', mesh: 'm', tags: {}, type: '', workload: '' })).rejects.toThrow(
      SigningKeyNotFound,
    );
  });

  it('tell serials by number', () => {
    expect(serialOf('p-10', 'p')).toBe(10);
    expect(serialOf('p', 'p')).toBe(0);
    expect(serialOf('p-x', 'p')).toBeUndefined();
    expect(newestKey([{ name: 'p-9' }, { name: 'p-10' }], 'p')?.serial).toBe(10);
  });
});
