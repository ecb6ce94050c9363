import { z } from 'zod';
import { duration } from '../duration.ts';
import { clientMatch, targetRef } from '../targetRef.ts';

/** How long calls may take. What is not set is a default, whatever the direction. */
const conf = z.object({
  connectionTimeout: duration.optional(),
  idleTimeout: duration.optional(),
  http: z
    .object({
      requestTimeout: duration.optional(),
      streamIdleTimeout: duration.optional(),
      maxStreamDuration: duration.optional(),
      maxConnectionDuration: duration.optional(),
      requestHeadersTimeout: duration.optional(),
    })
    .optional(),
});

export const meshTimeoutSchema = z.object({
  targetRef: targetRef.optional(),
  to: z.array(z.object({ targetRef, default: conf.optional() })).optional(),
  from: z.array(z.object({ targetRef, default: conf.optional() })).optional(),
  rules: z.array(z.object({ matches: z.array(clientMatch).optional(), default: conf })).optional(),
});

export type MeshTimeoutSpec = z.infer<typeof meshTimeoutSchema>;
export type MeshTimeoutConf = z.infer<typeof conf>;
