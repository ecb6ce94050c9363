import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { View } from '../../shared/view/view.ts';
import { certificateAuthority } from '../../test/support/certificates.ts';
import { resourceOf } from '../../test/support/snapshotCase.ts';
import { issuer } from './issueCertificate.ts';
import { meshCa } from './meshCa.ts';

const noFile = (path: string): string => {
  throw new Error(`${path} is not here`);
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a CA that somebody else made signs, with its key in a Secret', async () => {
  const authority = await certificateAuthority('corporate');
  const view = new View();
  const conf = { cert: { inlineString: authority.cert }, key: { secret: 'ca-key' } };
  const mtls = { enabledBackend: 'corp', backends: [{ name: 'corp', type: 'provided', conf }] };
  const put = (resource: ReturnType<typeof resourceOf>, version: number) =>
    view.apply({ origin: '', key: resource, resource, version });
  put(resourceOf({ type: 'Mesh', name: 'demo', mtls }), 1);
  expect(meshCa(view, 'demo', noFile)).toMatchObject({
    ca: undefined,
    missing: expect.stringContaining('the Secret ca-key'),
  });

  put(resourceOf({ type: 'Secret', mesh: 'demo', name: 'ca-key', data: base64(authority.key) }), 2);
  const found = meshCa(view, 'demo', noFile);
  if (!found?.ca) throw new Error(found?.missing);
  const issue = await issuer(found.ca);
  const tags = [{ 'kuma.io/service': 'web' }];
  const { certificateChainPem } = await issue({ mesh: 'demo', tags, lifetimeMs: found.lifetimeMs, now: new Date() });
  const certificate = new X509Certificate(certificateChainPem);
  expect(certificate.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  expect(certificate.subjectAltName).toContain('spiffe://demo/web');
});

test('a CA in files of this machine: its certificate is told along, for those who are to trust it', () => {
  const view = new View();
  const conf = { cert: { file: '/corp/ca.crt' }, key: { file: '/corp/ca.key' } };
  const mtls = { enabledBackend: 'corp', backends: [{ name: 'corp', type: 'provided', conf }] };
  const resource = resourceOf({ type: 'Mesh', name: 'demo', mtls });
  view.apply({ origin: '', key: resource, resource, version: 1 });
  expect(meshCa(view, 'demo', (path) => `what is in ${path}`)).toMatchObject({
    ca: { certificatePem: 'what is in /corp/ca.crt', privateKeyPem: 'what is in /corp/ca.key' },
    signedByFile: 'what is in /corp/ca.crt',
    missing: '',
  });
  const readable = (path: string) => (path.endsWith('.crt') ? 'root' : noFile(path));
  expect(meshCa(view, 'demo', readable)).toMatchObject({
    ca: undefined,
    missing: 'no certificate can be issued in mesh demo by its CA backend corp: /corp/ca.key is not here',
  });
});
