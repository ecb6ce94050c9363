import { z } from 'zod';
import type { ProxyKind, ProxyMetadata } from '../../shared/snapshot/proxy.ts';

const port = z.coerce.number().int().min(0).max(65_535).catch(0);
const text = z.string().catch('');
const version = z.object({ version: text, gitTag: text, gitCommit: text, buildDate: text }).partial();

/** The keys of node.metadata, flat ones with dots, ports as texts (Kuma: pkg/core/xds/metadata.go). The set grows: others are left. */
const metadataSchema = z.object({
  'dataplane.resource': text,
  'dataplane.proxyType': z.enum(['dataplane', 'ingress', 'egress']).catch('dataplane'),
  'dataplane.admin.port': port,
  'dataplane.admin.socketPath': text,
  'dataplane.appProbeProxy.enabled': text,
  'dataplane.dns.port': port,
  'dataplane.readinessReporter.port': port,
  features: z.array(z.string()).catch([]),
  workdir: text,
  'meridian.ca': text,
  metricsCertPath: text,
  metricsKeyPath: text,
  'meridian.loopbackPrefix': z
    .string()
    .regex(/^127\.\d{1,3}$/)
    .optional()
    .catch(undefined),
  transparentProxy: z
    .object({
      redirect: z.object({
        inbound: z.object({ enabled: z.boolean().catch(true), port }).partial(),
        outbound: z.object({ enabled: z.boolean().catch(true), port }).partial(),
        dns: z
          .object({ enabled: z.boolean().catch(false), port })
          .partial()
          .optional(),
      }),
    })
    .optional()
    .catch(undefined),
  version: z
    .object({
      kumaDp: version.catch({}),
      envoy: z.object({ version: text, build: text }).partial().catch({}),
      dependencies: z.record(z.string(), z.string()).optional().catch(undefined),
    })
    .partial()
    .catch({}),
});

/** What runs beside a control plane's configuration; nothing but texts, which clients of Kuma insist on. */
export interface Versions {
  readonly kumaDp: Readonly<Record<string, unknown>>;
  readonly envoy: Readonly<Record<string, unknown>>;
  /** Of other programs that the launcher started, by name: `coredns`. */
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What the first request of a stream says of its proxy. */
export interface NodeMetadata {
  readonly kind: ProxyKind;
  readonly proxy: ProxyMetadata;
  /** JSON text of the Dataplane, ZoneIngress or ZoneEgress to be registered; empty when it must exist already. */
  readonly resource: string;
  /** Id of the newest CA of the zone that it trusts, as its bootstrap says; empty: that is not said. */
  readonly ca: string;
  /** `version` as it came, for the insight. */
  readonly versions: Versions;
}

/** Never fails: what a proxy says wrongly counts as not said. */
export function readNodeMetadata(json: Readonly<Record<string, unknown>>): NodeMetadata {
  const metadata = metadataSchema.parse(json);
  const redirect = metadata.transparentProxy?.redirect;
  const loopbackPrefix = metadata['meridian.loopbackPrefix'];
  const proxyType = metadata['dataplane.proxyType'];
  const { kumaDp = {}, envoy = {}, dependencies } = metadata.version;
  const { metricsCertPath: certificate, metricsKeyPath: key } = metadata;
  return {
    kind: proxyType === 'dataplane' ? 'sidecar' : proxyType,
    resource: metadata['dataplane.resource'],
    ca: metadata['meridian.ca'],
    versions: { kumaDp, envoy, ...(dependencies && { dependencies }) },
    proxy: {
      features: metadata.features,
      adminPort: metadata['dataplane.admin.port'],
      adminSocket: metadata['dataplane.admin.socketPath'],
      readinessPort: metadata['dataplane.readinessReporter.port'],
      dnsPort: metadata['dataplane.dns.port'],
      workdir: metadata.workdir,
      ...(metadata['dataplane.appProbeProxy.enabled'] === 'true' ? { probesApplications: true } : {}),
      ...(loopbackPrefix ? { loopbackPrefix } : {}),
      ...(certificate && key ? { metricsCertificate: { certificate, key } } : {}),
      ...(redirect
        ? {
            transparentProxy: {
              inboundPort: redirect.inbound.port ?? 0,
              outboundPort: redirect.outbound.enabled === false ? 0 : (redirect.outbound.port ?? 0),
              dnsPort: redirect.dns?.port ?? 0,
            },
          }
        : {}),
      version: { dp: kumaDp.version ?? '', envoy: envoy.version ?? '' },
    },
  };
}

/** `<mesh>.<name>`, split at the first dot; zone proxies have no mesh. @throws Error when there is no name */
export function parseNodeId(id: string): { readonly mesh: string; readonly name: string } {
  const dot = id.indexOf('.');
  const name = id.slice(dot + 1);
  if (dot < 0 || name === '') throw new Error(`node.id is "${id}"; it must be <mesh>.<name>, for zone proxies .<name>`);
  return { mesh: id.slice(0, dot), name };
}
