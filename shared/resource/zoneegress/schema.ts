import { z } from 'zod';
import { message, text } from '../protoJson.ts';
import { zoneProxyNetworkingFields } from '../zoneProxyNetworking.ts';
import type { ZoneEgressSpec } from './spec.ts';

/** A ZoneEgress. */
export const zoneEgressSchema: z.ZodType<ZoneEgressSpec> = message({
  zone: text,
  networking: z.preprocess((networking) => networking ?? {}, message(zoneProxyNetworkingFields)),
});
