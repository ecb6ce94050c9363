import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeRoot, YEAR_MS, EC_P256 } from '../../runtime/certificate/root.ts';
import { isAuthority } from './certificateFacts.ts';
import { identityUris, issuer, type SigningCa } from './issueCertificate.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const TAGS = [
  { 'kuma.io/service': 'backend', version: 'v1' },
  { 'kuma.io/service': 'backend-admin', version: 'v1' },
];
let ca: SigningCa;

beforeAll(async () => {
  ca = await makeRoot({ name: 'CN=ca', algorithm: EC_P256, lifetimeMs: 10 * YEAR_MS, now: NOW });
});

describe('certificates of proxies', () => {
  it('name each service and each tag once, services first', () => {
    expect(identityUris('demo', TAGS)).toEqual([
      'spiffe://demo/backend',
      'spiffe://demo/backend-admin',
      'kuma://kuma.io/service/backend',
      'kuma://kuma.io/service/backend-admin',
      'kuma://version/v1',
    ]);
  });

  it('are signed by the CA, for their time, with a key of their own', async () => {
    const issue = await issuer(ca);
    const request = { mesh: 'demo', tags: TAGS, lifetimeMs: 3_600_000, now: NOW };
    const [one, other] = await Promise.all([issue(request), issue(request)]);
    const certificate = new X509Certificate(one.certificateChainPem);
    expect(certificate.checkIssued(new X509Certificate(ca.certificatePem))).toBe(true);
    expect(certificate.verify(new X509Certificate(ca.certificatePem).publicKey)).toBe(true);
    expect(certificate.subject).toBeUndefined();
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName?.split(', ')).toEqual(identityUris('demo', TAGS).map((uri) => `URI:${uri}`));
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    // Its lifetime before now, against clocks that are behind ours.
    expect(certificate.validFromDate).toEqual(new Date('2025-12-31T23:00:00Z'));
    expect(certificate.validToDate.getTime()).toBe(one.notAfter);
    expect(one.notAfter).toBe(NOW.getTime() + 3_600_000);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(one.privateKeyPem).not.toBe(other.privateKeyPem);
  });

  it('are not valid before their CA is', async () => {
    const issue = await issuer(ca);
    const { certificateChainPem } = await issue({ mesh: 'demo', tags: TAGS, lifetimeMs: 1_000 * 3_600_000, now: NOW });
    const root = new X509Certificate(ca.certificatePem);
    expect(new X509Certificate(certificateChainPem).validFromDate).toEqual(root.validFromDate);
  });

  it('are not issued with a key that is not the CA’s', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(issuer({ ...ca, privateKeyPem })).rejects.toThrow("the CA's key is not that of its certificate");
  });
});

describe('a certificate', () => {
  it('knows what may be a CA', async () => {
    const issue = await issuer(ca);
    const { certificateChainPem } = await issue({ mesh: 'm', tags: [], lifetimeMs: 1_000, now: NOW });
    expect(isAuthority(certificateChainPem)).toBe(false);
    expect(isAuthority('no PEM')).toBe(false);
  });
});
