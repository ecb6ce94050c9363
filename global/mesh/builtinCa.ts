import { type CaMaterial, makeRoot, YEAR_MS } from '../../runtime/certificate/root.ts';

/**
 * Makes the root of a mesh's builtin CA as Kuma does (`pkg/plugins/ca/builtin`): RSA, CN = mesh, O Kuma, OU Mesh, URI SAN
 * `spiffe://<mesh>`, may sign certificates, 10 years by default; other than there back-dated by a day, against skewed clocks.
 */
export function makeBuiltinCa(
  mesh: string,
  options: { readonly rsaBits?: number; readonly expirationMs?: number; readonly now: Date },
): Promise<CaMaterial> {
  return makeRoot({
    name: `O=Kuma, OU=Mesh, CN=${mesh}`,
    algorithm: {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      publicExponent: new Uint8Array([1, 0, 1]),
      modulusLength: options.rsaBits ?? 2048,
    },
    uri: `spiffe://${mesh}`,
    lifetimeMs: options.expirationMs ?? 10 * YEAR_MS,
    now: options.now,
  });
}
