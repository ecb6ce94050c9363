import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type DataSource, caSource, inlinePem } from '../../shared/resource/mesh/providedCa.ts';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Violation } from '../../shared/resource/violation.ts';
import type { ResourceReader, RestDeps } from '../../shared/rest/ports.ts';

/** The text that a data source of a mesh names; `undefined`: it cannot be known here. @throws Error when it should be there and is not */
type Load = (mesh: string, source: DataSource) => Promise<string | undefined>;

/**
 * What a Mesh has to fulfil besides its own rules.
 * @param reader shows secrets opened
 * @param readFile of a control plane that issues certificates itself; on global the files are those of other machines
 */
export function meshAdmission(
  reader: Pick<ResourceReader, 'get'>,
  readFile?: (path: string) => string,
): NonNullable<RestDeps['admit']> {
  const load: Load = async (mesh, source) => {
    if (source.file) return readFile?.(source.file);
    if (!source.secret) return inlinePem(source);
    const [found] = await reader.get({ type: 'Secret', mesh, name: source.secret });
    const data = (found?.resource.spec as { data?: string } | undefined)?.data;
    if (data === undefined)
      throw new Error(`there is no Secret "${source.secret}" in the mesh; write it first, or set mtls.skipValidation`);
    return Buffer.from(data, 'base64').toString('utf8');
  };
  return async (resource) => (resource.type === 'Mesh' ? providedCaFaults(resource as Resource<MeshSpec>, load) : []);
}

/**
 * Why zones could not sign with the provided CAs of a Mesh: a Secret or file is missing, certificate and key do not belong together, or the
 * certificate may not sign others. The rules are those of Kuma's `pkg/plugins/ca/provided/ca_cert_validator.go`. `mtls.skipValidation` leaves this out: the Secrets of a mesh can only be
 * written after the Mesh.
 */
async function providedCaFaults(mesh: Resource<MeshSpec>, load: Load): Promise<Violation[]> {
  if (mesh.spec.mtls?.skipValidation) return [];
  const faults: Violation[] = [];
  for (const [i, backend] of (mesh.spec.mtls?.backends ?? []).entries()) {
    if (backend.type !== 'provided') continue;
    const field = `mtls.backends[${i}].conf`;
    const add = (part: string, reason: string) => faults.push({ field: `${field}.${part}`, reason });
    const pemOf = async (part: 'cert' | 'key') =>
      load(mesh.name, caSource(backend, part) ?? {}).catch(({ message }: Error) => {
        add(part, `could not load data: ${message}`);
        return undefined;
      });
    const cert = await pemOf('cert');
    const key = await pemOf('key');
    if (cert === undefined || key === undefined) continue;
    for (const { part, reason } of pairFaults(cert, key)) add(part, reason);
  }
  return faults;
}

/** In the words of Kuma, and of Go where it reads them. @returns what is wrong, and below `conf` where */
function pairFaults(cert: string, key: string): { part: string; reason: string }[] {
  const noPair = (reason: string) => [{ part: 'cert', reason: `not a valid TLS key pair: ${reason}` }];
  const chain = x509.PemConverter.decodeWithHeaders(cert).filter(({ type }) => type === 'CERTIFICATE');
  if (chain.length === 0) return noPair('tls: failed to find any PEM data in certificate input');
  if (!/^-----BEGIN /m.test(key)) return noPair('tls: failed to find any PEM data in key input');
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return noPair('tls: private key does not match public key');
    return chain.flatMap(({ rawData }, i) =>
      signingFaults(new x509.X509Certificate(rawData)).map((reason) => ({ part: `cert[${i}]`, reason })),
    );
  } catch (error) {
    return noPair((error as Error).message);
  }
}

/** Why a certificate may not sign those of proxies. */
function signingFaults(certificate: x509.X509Certificate): string[] {
  const usage = certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const faults: string[] = [];
  if (!certificate.getExtension(x509.BasicConstraintsExtension)?.ca)
    faults.push("basic constraint 'CA' must be set to 'true' (see X509-SVID: 4.1. Basic Constraints)");
  if (!(usage & x509.KeyUsageFlags.keyCertSign))
    faults.push("key usage extension 'keyCertSign' must be set (see X509-SVID: 4.3. Key Usage)");
  if (usage & x509.KeyUsageFlags.keyAgreement)
    faults.push(
      "key usage extension 'keyAgreement' must NOT be set (see X509-SVID: Appendix A. X.509 Field Reference)",
    );
  return faults;
}
