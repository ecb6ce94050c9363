import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const port = z
  .number()
  .int()
  .min(0)
  .max(65_535)
  .nullish()
  .transform((value) => value ?? 0);
const object = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

/**
 * Body of POST /bootstrap: `BootstrapRequest` of Kuma's pkg/xds/bootstrap/types. Tolerant, since the set of fields grows with every minor.
 */
export const bootstrapRequestSchema = z.looseObject({
  mesh: text,
  name: text,
  proxyType: z
    .enum(['', 'dataplane', 'ingress', 'egress'])
    .nullish()
    .transform((value) => value || 'dataplane'),
  dataplaneToken: text,
  dataplaneResource: text,
  version: z
    .looseObject({ kumaDp: object, envoy: object })
    .partial()
    .nullish()
    .transform((value) => value ?? {}),
  /** Of the admin listener, where the resource says none. */
  adminPort: port,
  caCert: text,
  dynamicMetadata: object,
  dnsPort: port,
  readinessPort: port,
  // Despite the name Kuma's control plane reads true as enabled.
  appProbeProxyDisabled: z.boolean().nullish(),
  features: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  workdir: text,
  systemCaPath: text,
  metricsResources: z.looseObject({ certPath: text, keyPath: text }).partial().nullish(),
  dataplaneConfig: z.record(z.string(), z.unknown()).nullish(),
  ipv6Enabled: z.boolean().nullish(),
  /** Ours: see `ProxyMetadata.loopbackPrefix`. */
  loopbackPrefix: z
    .string()
    .regex(/^127\.\d{1,3}$/, 'must be the beginning of a loopback network, as 127.21')
    .optional(),
});

export type BootstrapRequest = z.infer<typeof bootstrapRequestSchema>;
