import { z } from 'zod';
import {
  enumeration,
  list,
  message,
  optionalFlag,
  requiredText,
  requiredUint32,
  stringMap,
  text,
  uint32,
  unsupported,
} from '../protoJson.ts';
import { backendRefSchema, reachableBackendsSchema } from './backendRefs.ts';
import { metricsBackendSchema } from '../mesh/metrics.ts';
import { probesSchema } from './probes.ts';
import { serviceProbeSchema } from './serviceProbe.ts';
import type { DataplaneSpec } from './spec.ts';

/** The first one is the zero value. */
const FAMILIES = ['UnSpecified', 'DualStack', 'IPv4', 'IPv6'] as const;

const inbound = message({
  port: requiredUint32,
  servicePort: uint32,
  serviceAddress: text,
  address: text,
  name: text,
  protocol: text,
  tags: stringMap.optional(),
  state: enumeration('Dataplane.Networking.Inbound.State', ['Ready', 'NotReady', 'Ignored']),
  health: message({ ready: optionalFlag }).optional(),
  serviceProbe: serviceProbeSchema,
});

const outbound = message({
  address: text,
  port: requiredUint32,
  tags: stringMap.optional(),
  backendRef: backendRefSchema,
});

function defined(value: unknown, context: z.RefinementCtx): unknown {
  if (value !== undefined && value !== null) return value;
  context.addIssue({ code: 'custom', message: 'must be defined' });
  return z.NEVER;
}

/** A Dataplane. Fields that the product does not act upon are read so that `dataplaneViolations` can refuse them by name. */
export const dataplaneSchema: z.ZodType<DataplaneSpec> = message({
  networking: z.preprocess(
    defined,
    message({
      address: requiredText,
      advertisedAddress: text,
      inbound: list(inbound),
      outbound: list(outbound),
      gateway: message({
        type: enumeration('Dataplane.Networking.Gateway.GatewayType', ['DELEGATED', 'BUILTIN']),
        tags: z.preprocess((tags) => tags ?? {}, stringMap),
      }).optional(),
      transparentProxying: message({
        redirectPortInbound: uint32,
        redirectPortOutbound: uint32,
        reachableServices: list(z.string()),
        ipFamilyMode: enumeration('Dataplane.Networking.TransparentProxying.IpFamilyMode', FAMILIES),
        directAccessServices: list(z.string()),
        reachableBackends: reachableBackendsSchema,
      }).optional(),
      admin: message({ port: uint32 }).optional(),
      listeners: unsupported,
    }),
  ),
  metrics: metricsBackendSchema.optional(),
  probes: probesSchema,
});
