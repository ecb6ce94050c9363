import type { SecretJson } from './gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.d.ts';

/** A certificate with its key, for Envoy's SDS. @param certificateChainPem the certificate first, then those that signed it */
export function certificateSecret(name: string, certificateChainPem: string, privateKeyPem: string): SecretJson {
  return {
    name,
    tlsCertificate: {
      certificateChain: { inlineString: certificateChainPem },
      privateKey: { inlineString: privateKeyPem },
    },
  };
}

/** @param pem one or more CA certificates; each of them is trusted. */
export function trustSecret(name: string, pem: string): SecretJson {
  return { name, validationContext: { trustedCa: { inlineString: pem } } };
}
