import type { z } from 'zod';
import { flag, list, message, requiredText, requiredUint32, stringMap, text, uint32 } from '../protoJson.ts';
import type { ZoneIngressSpec } from './spec.ts';

const availableService = message({
  tags: stringMap,
  instances: requiredUint32,
  mesh: requiredText,
  externalService: flag,
});

/** A ZoneIngress (policies §1.3). */
export const zoneIngressSchema: z.ZodType<ZoneIngressSpec> = message({
  zone: text,
  networking: message({
    address: requiredText,
    port: requiredUint32,
    advertisedAddress: text,
    advertisedPort: uint32,
    admin: message({ port: uint32 }).optional(),
  }),
  availableServices: list(availableService),
});
