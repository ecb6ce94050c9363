import { beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Violation } from '../../shared/resource/violation.ts';
import type { ResourceReader } from '../../shared/rest/ports.ts';
import { type Authority, type Certified, certificateAuthority } from '../../test/support/certificates.ts';
import { makeBuiltinCa } from './builtinCa.ts';
import { meshAdmission } from './meshAdmission.ts';

let authority: Authority;
let leaf: Certified;
let root: { readonly certificatePem: string; readonly privateKeyPem: string };
beforeAll(async () => {
  authority = await certificateAuthority('other');
  leaf = await authority.issue('leaf');
  root = await makeBuiltinCa('demo', { now: new Date() });
});

const at = { creationTime: '', modificationTime: '', labels: {} };
const mesh = (mtls: object): Resource => ({ type: 'Mesh', mesh: '', name: 'demo', ...at, spec: { mtls } });
const provided = { name: 'ca-1', type: 'provided', conf: { cert: { secret: 'cert' }, key: { secret: 'key' } } };

/** What is said of a mesh whose Secrets are these. */
async function faults(
  secrets: Record<string, string>,
  mtls: object = { backends: [provided] },
  readFile?: (path: string) => string,
): Promise<string[]> {
  const get: Pick<ResourceReader, 'get'> = {
    get: async ({ type, name }) => {
      const pem = type === 'Secret' ? secrets[name] : undefined;
      if (pem === undefined) return [];
      const spec = { data: Buffer.from(pem).toString('base64') };
      return [{ resource: { type: 'Secret', mesh: 'demo', name, ...at, spec }, version: 1, origin: '' }];
    },
  };
  const admit = meshAdmission(get, readFile);
  return (await admit(mesh(mtls))).map(({ field, reason }: Violation) => `${field}: ${reason}`);
}

test('a CA whose certificate and key are in Secrets is taken', async () => {
  expect(await faults({ cert: root.certificatePem, key: root.privateKeyPem })).toEqual([]);
});

test('a certificate may stand in the mesh itself', async () => {
  const inline = { inline: Buffer.from(root.certificatePem).toString('base64') };
  for (const cert of [inline, { inlineString: root.certificatePem }]) {
    const backend = { ...provided, conf: { cert, key: { secret: 'key' } } };
    expect(await faults({ key: root.privateKeyPem }, { backends: [backend] })).toEqual([]);
  }
});

test('and its key', async () => {
  const conf = { cert: { inlineString: root.certificatePem }, key: { inlineString: root.privateKeyPem } };
  expect(await faults({}, { backends: [{ ...provided, conf }] })).toEqual([]);
  const foreign = { ...conf, key: { inline: Buffer.from(authority.key).toString('base64') } };
  expect(await faults({}, { backends: [{ ...provided, conf: foreign }] })).toEqual([
    'mtls.backends[0].conf.cert: not a valid TLS key pair: tls: private key does not match public key',
  ]);
});

test('files are read where certificates are issued, and only there', async () => {
  const conf = { cert: { file: 'ca.crt' }, key: { file: 'ca.key' } };
  const backends = [{ ...provided, conf }];
  const texts = new Map([
    ['ca.crt', root.certificatePem],
    ['ca.key', authority.key],
  ]);
  const readFile = (path: string) => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`${path} cannot be read`);
    return text;
  };
  expect(await faults({}, { backends })).toEqual([]);
  expect(await faults({}, { backends }, readFile)).toEqual([
    'mtls.backends[0].conf.cert: not a valid TLS key pair: tls: private key does not match public key',
  ]);
  texts.delete('ca.crt');
  expect(await faults({}, { backends }, readFile)).toEqual([
    'mtls.backends[0].conf.cert: could not load data: ca.crt cannot be read',
  ]);
});

test('Secrets that are not there are told by name, unless validation is put off', async () => {
  expect(await faults({ cert: root.certificatePem })).toEqual([
    expect.stringMatching(/^mtls\.backends\[0\]\.conf\.key: could not load data: there is no Secret "key"/),
  ]);
  expect(await faults({}, { backends: [provided], skipValidation: true })).toEqual([]);
});

test('what could not sign is refused', async () => {
  expect(await faults({ cert: root.certificatePem, key: authority.key })).toEqual([
    'mtls.backends[0].conf.cert: not a valid TLS key pair: tls: private key does not match public key',
  ]);
  expect(await faults({ cert: leaf.cert, key: leaf.key })).toEqual([
    "mtls.backends[0].conf.cert[0]: basic constraint 'CA' must be set to 'true' (see X509-SVID: 4.1. Basic Constraints)",
    "mtls.backends[0].conf.cert[0]: key usage extension 'keyCertSign' must be set (see X509-SVID: 4.3. Key Usage)",
  ]);
  const noPair = 'mtls.backends[0].conf.cert: not a valid TLS key pair: ';
  expect(await faults({ cert: 'x', key: root.privateKeyPem })).toEqual([
    `${noPair}tls: failed to find any PEM data in certificate input`,
  ]);
  expect(await faults({ cert: root.certificatePem, key: 'x' })).toEqual([
    `${noPair}tls: failed to find any PEM data in key input`,
  ]);
});

test('of a chain every certificate may sign', async () => {
  const cert = `${root.certificatePem}\n${leaf.cert}`;
  expect(await faults({ cert, key: root.privateKeyPem })).toEqual([
    expect.stringMatching(/^mtls\.backends\[0\]\.conf\.cert\[1\]: basic constraint 'CA'/),
    expect.stringMatching(/^mtls\.backends\[0\]\.conf\.cert\[1\]: key usage extension 'keyCertSign'/),
  ]);
});
