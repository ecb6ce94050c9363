import type { CertificateFiles } from '../xds/tls.ts';

/** What a proxy tells of itself in its bootstrap and in the node of its first request. */
export interface ProxyMetadata {
  /** `feature-delta-grpc`… */
  readonly features: readonly string[];
  /** Port of the admin listener on the proxy's own address; 0: none. */
  readonly adminPort: number;
  /** Unix socket of Envoy's admin API, empty when it is TCP. */
  readonly adminSocket: string;
  readonly readinessPort: number;
  /** Port of Envoy's DNS listener on 127.0.0.1; 0: the proxy answers no DNS. */
  readonly dnsPort: number;
  readonly workdir: string;
  /** It answers the application's probes in its own process (kuma-dp's probe proxy), so Envoy need not. */
  readonly probesApplications?: boolean;
  /**
   * Without transparent proxying and without root: the slice of 127.0.0.0/8 that this proxy may bind its virtual IPs in,
   * as `127.21` for 127.21.0.0/16. Ours, not Kuma's.
   */
  readonly loopbackPrefix?: string;
  /** Files on the proxy's machine: what it shows to whom scrapes it where the mesh says `providedTLS`. */
  readonly metricsCertificate?: CertificateFiles;
  /** Transparent proxying as told by the proxy; else the Dataplane says it. */
  readonly transparentProxy?: { readonly inboundPort: number; readonly outboundPort: number; readonly dnsPort: number };
  readonly version: { readonly dp: string; readonly envoy: string };
}

/** The certificate that the zone issued to a proxy. */
export interface ProxyIdentity {
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
  /** The CA's certificate, where it is a file of the control plane's machine and so in no view. */
  readonly signedByFile?: string;
}

export const PROXY_KINDS = ['sidecar', 'ingress', 'egress'] as const;
export type ProxyKind = (typeof PROXY_KINDS)[number];

/** A proxy whose snapshot is wanted. Its Dataplane (ZoneIngress, ZoneEgress) is in the view under the same name. */
export interface Proxy {
  /** Envoy's node id: `<mesh>.<name>`; zone proxies `.<name>`. */
  readonly id: string;
  readonly kind: ProxyKind;
  /** Empty for zone proxies. */
  readonly mesh: string;
  readonly name: string;
  readonly metadata: ProxyMetadata;
  /** Absent until issued, in meshes without mTLS, and for zone ingresses. */
  readonly identity?: ProxyIdentity;
}

/** Settings of the zone that shape snapshots; equal for all proxies of a zone. */
export interface ZoneSettings {
  readonly zone: string;
  /** Domain of virtual names, without dots around: `mesh`. */
  readonly domain: string;
  /** Port that every service's virtual IP listens on (Kuma: `dnsServer.serviceVipPort`, 80). */
  readonly serviceVipPort: number;
}
