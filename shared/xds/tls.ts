import { ADS } from './address.ts';
import type { Cluster_TransportSocketMatchJson as TransportSocketMatchJson } from './gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { TransportSocketJson } from './gen/envoy/config/core/v3/base_pb.d.ts';
import type {
  CommonTlsContextJson,
  DownstreamTlsContextJson,
  UpstreamTlsContextJson,
} from './gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.d.ts';
import type { StringMatcherJson } from './gen/envoy/type/matcher/v3/string_pb.d.ts';
import { ADMIN_CA_NAME, ADMIN_NAME, caSecretName, identitySecretName, spiffeId } from './names.ts';
import { typed } from './typed.ts';

const PACKAGE = 'envoy.extensions.transport_sockets.tls.v3';

/** ALPN of connections between proxies: tells mesh TLS from an application's own. */
export const MESH_ALPN = 'kuma';

/** Server side of mesh mTLS: any client of the mesh, known by its certificate. */
export function downstreamMeshTls(mesh: string): TransportSocketJson {
  const context: DownstreamTlsContextJson = {
    commonTlsContext: meshTls(mesh, { prefix: `spiffe://${mesh}/` }),
    requireClientCertificate: true,
  };
  return tlsSocket(typed(`${PACKAGE}.DownstreamTlsContext`, context));
}

/** Paths on the proxy's machine, PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Server side of TLS with a certificate that is not the mesh's; clients need none. */
export function downstreamTls({ certificate, key }: CertificateFiles): TransportSocketJson {
  const context: DownstreamTlsContextJson = {
    commonTlsContext: {
      tlsCertificates: [{ certificateChain: { filename: certificate }, privateKey: { filename: key } }],
    },
  };
  return tlsSocket(typed(`${PACKAGE}.DownstreamTlsContext`, context));
}

/** Server side of the way to the admin API: only for a client of the control plane's own CA that is called so. */
export function downstreamAdminTls(client: string): TransportSocketJson {
  const context: DownstreamTlsContextJson = {
    commonTlsContext: {
      tlsCertificateSdsSecretConfigs: [{ name: ADMIN_NAME, sdsConfig: ADS }],
      combinedValidationContext: {
        defaultValidationContext: { matchTypedSubjectAltNames: [{ sanType: 'DNS', matcher: { exact: client } }] },
        validationContextSdsSecretConfig: { name: ADMIN_CA_NAME, sdsConfig: ADS },
      },
    },
    requireClientCertificate: true,
  };
  return tlsSocket(typed(`${PACKAGE}.DownstreamTlsContext`, context));
}

/** Envoy refuses a cluster with a longer one. */
const LONGEST_SNI = 255;

/**
 * Client side of mesh mTLS: exactly that service, whichever zone ingress lies between. An SNI that is too long is left out: no ingress
 * lets such calls in, and instances of the own zone do without.
 */
export function upstreamMeshTls(mesh: string, service: string, sni: string): TransportSocketJson {
  const context: UpstreamTlsContextJson = {
    commonTlsContext: { ...meshTls(mesh, { exact: spiffeId(mesh, service) }), alpnProtocols: [MESH_ALPN] },
    ...(sni.length <= LONGEST_SNI && { sni }),
  };
  return tlsSocket(typed(`${PACKAGE}.UpstreamTlsContext`, context));
}

/** Sends what is marked as not understanding mTLS yet plain text, beside the socket for all others. */
export function plainTextFor(mark: string): TransportSocketMatchJson {
  const config = typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {});
  const transportSocket = { name: 'envoy.transport_sockets.raw_buffer', typedConfig: config };
  return { name: 'plain', match: { [mark]: 'true' }, transportSocket };
}

/** TLS to something outside of the mesh, whose certificate is not verified. */
export function upstreamTls(sni: string): TransportSocketJson {
  const context: UpstreamTlsContextJson = { sni };
  return tlsSocket(typed(`${PACKAGE}.UpstreamTlsContext`, context));
}

/** Client side of mesh mTLS where it is not known which service answers: any of the mesh, and no SNI. */
export function upstreamAnyMeshTls(mesh: string): TransportSocketJson {
  const context: UpstreamTlsContextJson = {
    commonTlsContext: { ...meshTls(mesh, { prefix: `spiffe://${mesh}/` }), alpnProtocols: [MESH_ALPN] },
  };
  return tlsSocket(typed(`${PACKAGE}.UpstreamTlsContext`, context));
}

function meshTls(mesh: string, peer: StringMatcherJson): CommonTlsContextJson {
  return {
    tlsCertificateSdsSecretConfigs: [{ name: identitySecretName(mesh), sdsConfig: ADS }],
    combinedValidationContext: {
      defaultValidationContext: { matchTypedSubjectAltNames: [{ sanType: 'URI', matcher: peer }] },
      validationContextSdsSecretConfig: { name: caSecretName(mesh), sdsConfig: ADS },
    },
  };
}

function tlsSocket(context: object): TransportSocketJson {
  return { name: 'envoy.transport_sockets.tls', typedConfig: context };
}
