import { z } from 'zod';
import {
  enumeration,
  flag,
  list,
  message,
  optionalFlag,
  optionalUint32,
  protoDuration,
  requiredText,
  stringMap,
  text,
  unsupported,
} from '../protoJson.ts';
import { loggingSchema, tracingSchema } from './backends.ts';
import { metricsSchema } from './metrics.ts';
import type { MeshSpec } from './spec.ts';

const caBackend = message({
  name: requiredText,
  type: requiredText,
  mode: enumeration('CertificateAuthorityBackend.Mode', ['STRICT', 'PERMISSIVE']),
  dpCert: message({
    rotation: message({ expiration: text }).optional(),
    requestTimeout: protoDuration.optional(),
  }).optional(),
  rootChain: message({ requestTimeout: protoDuration.optional() }).optional(),
  conf: z.preprocess((conf) => conf ?? undefined, z.record(z.string(), z.unknown()).optional()),
});

const constraint = message({ tags: z.preprocess((tags) => tags ?? {}, stringMap) });

/** A Mesh. Fields that the product does not act upon are read so that `meshViolations` can refuse them by name. */
export const meshSchema: z.ZodType<MeshSpec> = message({
  mtls: message({ enabledBackend: text, skipValidation: flag, backends: list(caBackend) }).optional(),
  networking: message({ outbound: message({ passthrough: optionalFlag }).optional() }).optional(),
  routing: message({
    localityAwareLoadBalancing: flag,
    zoneEgress: flag,
    defaultForbidMeshExternalServiceAccess: unsupported,
  }).optional(),
  skipCreatingInitialPolicies: list(z.string()),
  meshServices: message({
    mode: enumeration('Mesh.MeshServices.Mode', ['Disabled', 'Everywhere', 'ReachableBackends', 'Exclusive']),
  }).optional(),
  constraints: message({
    dataplaneProxy: message({ requirements: list(constraint), restrictions: list(constraint) }).optional(),
  }).optional(),
  logging: loggingSchema,
  tracing: tracingSchema,
  metrics: metricsSchema,
});

/** `conf` of a builtin backend. It is kept as written: who reads it parses it with this. */
export const builtinConf = message({
  caCert: message({ RSAbits: optionalUint32, expiration: text }).optional(),
});
