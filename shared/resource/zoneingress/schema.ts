import { z } from 'zod';
import { flag, list, message, requiredText, requiredUint32, stringMap, text, uint32 } from '../protoJson.ts';
import { zoneProxyNetworkingFields } from '../zoneProxyNetworking.ts';
import type { ZoneIngressSpec } from './spec.ts';

const availableService = message({
  tags: z.preprocess((tags) => tags ?? {}, stringMap),
  instances: requiredUint32,
  mesh: requiredText,
  externalService: flag,
});

/** A ZoneIngress. */
export const zoneIngressSchema: z.ZodType<ZoneIngressSpec> = message({
  zone: text,
  networking: z.preprocess(
    (networking) => networking ?? {},
    message({ ...zoneProxyNetworkingFields, advertisedAddress: text, advertisedPort: uint32 }),
  ),
  availableServices: list(availableService),
});
