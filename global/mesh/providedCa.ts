import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { caSource } from '../../shared/resource/mesh/providedCa.ts';
import type { CaBackend, MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Violation } from '../../shared/resource/violation.ts';
import type { ResourceReader, RestDeps } from '../../shared/rest/ports.ts';

/** A Secret of a mesh as text; `undefined` when there is none of that name. */
type SecretText = (mesh: string, name: string) => Promise<string | undefined>;

/** What a Mesh has to fulfil besides its own rules. @param reader shows secrets opened */
export function meshAdmission(reader: Pick<ResourceReader, 'get'>): NonNullable<RestDeps['admit']> {
  const secret: SecretText = async (mesh, name) => {
    const [found] = await reader.get({ type: 'Secret', mesh, name });
    const data = (found?.resource.spec as { data?: string } | undefined)?.data;
    return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
  };
  return async (resource) => (resource.type === 'Mesh' ? providedCaFaults(resource as Resource<MeshSpec>, secret) : []);
}

/**
 * Why zones could not sign with the provided CAs of a Mesh (policies §1.1): a Secret is missing, certificate and key do not belong
 * together, or the certificate may not sign others. `mtls.skipValidation` leaves this out: the Secrets of a mesh can only be written
 * after the Mesh.
 */
async function providedCaFaults(mesh: Resource<MeshSpec>, secret: SecretText): Promise<Violation[]> {
  if (mesh.spec.mtls?.skipValidation) return [];
  const faults: Violation[] = [];
  for (const [i, backend] of (mesh.spec.mtls?.backends ?? []).entries()) {
    if (backend.type !== 'provided') continue;
    const field = `mtls.backends[${i}].conf`;
    const [cert, key] = await Promise.all([
      pemOf(backend, 'cert', mesh.name, secret),
      pemOf(backend, 'key', mesh.name, secret),
    ]);
    if (cert === undefined || key === undefined) {
      for (const [part, pem] of [['cert', cert] as const, ['key', key] as const])
        if (pem === undefined) faults.push({ field: `${field}.${part}`, reason: missing(backend, part) });
    } else faults.push(...pairFaults(cert, key).map(({ part, reason }) => ({ field: `${field}.${part}`, reason })));
  }
  return faults;
}

async function pemOf(
  backend: CaBackend,
  part: 'cert' | 'key',
  mesh: string,
  secret: SecretText,
): Promise<string | undefined> {
  const source = caSource(backend, part);
  if (source?.secret) return secret(mesh, source.secret);
  return source?.inline ? Buffer.from(source.inline, 'base64').toString('utf8') : source?.inlineString;
}

function missing(backend: CaBackend, part: 'cert' | 'key'): string {
  const name = caSource(backend, part)?.secret ?? '';
  return `could not load data: there is no Secret "${name}" in the mesh; write it first, or set mtls.skipValidation`;
}

function pairFaults(cert: string, key: string): { part: 'cert' | 'key'; reason: string }[] {
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return [{ part: 'key', reason: 'is not the key of the certificate' }];
    const usage = new x509.X509Certificate(cert).getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
    const faults: string[] = [];
    if (!certificate.ca)
      faults.push('basic constraint "CA" must be set to "true" (see X509-SVID: 4.1. Basic Constraints)');
    if (!(usage & x509.KeyUsageFlags.keyCertSign))
      faults.push('key usage extension "keyCertSign" must be set (see X509-SVID: 4.3. Key Usage)');
    if (usage & x509.KeyUsageFlags.keyAgreement)
      faults.push('key usage extension "keyAgreement" must NOT be set (see X509-SVID: Appendix A)');
    return faults.map((reason) => ({ part: 'cert', reason }));
  } catch (error) {
    return [{ part: 'cert', reason: `not a valid TLS key pair: ${(error as Error).message}` }];
  }
}
