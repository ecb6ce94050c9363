import { type CaBackend, builtinCaSecrets, type MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { dataplaneKeyPrefix, makeSigningKey } from '../../http/token/signingKey.ts';
import { makeBuiltinCa } from './builtinCa.ts';
import { certificateLifetime } from '../../shared/resource/mesh/certificateLifetime.ts';
import { builtinConf } from '../../shared/resource/mesh/schema.ts';

/**
 * The Secrets that must exist beside a Mesh: its first dataplane-token signing key, and the CA of every builtin backend.
 * They are written in the Mesh's own change, so that a token can be made the moment the PUT has answered.
 * @param missing asks for a Secret of the mesh by name; only missing ones are made.
 */
export async function meshMaterial(
  mesh: Resource<MeshSpec>,
  missing: (secret: string) => boolean,
  now: Date,
): Promise<Resource<SecretSpec>[]> {
  const secrets: Resource<SecretSpec>[] = [];
  const add = (name: string, pem: string) => secrets.push(secret(mesh.name, name, pem, now));
  const signingKey = `${dataplaneKeyPrefix(mesh.name)}-1`;
  if (missing(signingKey)) add(signingKey, await makeSigningKey());
  for (const backend of mesh.spec.mtls?.backends ?? []) {
    const names = builtinCaSecrets(mesh.name, backend.name);
    if (backend.type !== 'builtin' || !missing(names.certificate)) continue;
    const ca = await makeBuiltinCa(mesh.name, { ...caOptions(backend), now });
    add(names.certificate, ca.certificatePem);
    add(names.key, ca.privateKeyPem);
  }
  return secrets;
}

function caOptions(backend: CaBackend): { rsaBits?: number; expirationMs?: number } {
  const { caCert } = builtinConf.parse(backend.conf ?? {});
  const expirationMs = caCert?.expiration ? certificateLifetime(caCert.expiration) : undefined;
  return {
    ...(caCert?.RSAbits ? { rsaBits: caCert.RSAbits } : {}),
    ...(expirationMs ? { expirationMs } : {}),
  };
}

function secret(mesh: string, name: string, pem: string, now: Date): Resource<SecretSpec> {
  const at = now.toISOString();
  const data = Buffer.from(pem).toString('base64');
  return { type: 'Secret', mesh, name, labels: {}, creationTime: at, modificationTime: at, spec: { data } };
}
