import { z } from 'zod';
import * as number from '../count.ts';
import { duration } from '../duration.ts';
import { targetRef } from '../targetRef.ts';

const count = number.count.optional();
const positive = number.int32.optional();

/** Limits of connections and requests, and which instances are left out for a while because of their failures. */
const conf = z.object({
  connectionLimits: z
    .object({
      maxConnections: positive,
      maxConnectionPools: positive,
      maxPendingRequests: positive,
      maxRetries: positive,
      maxRequests: positive,
    })
    .optional(),
  outlierDetection: z
    .object({
      disabled: z.boolean().optional(),
      interval: duration.optional(),
      baseEjectionTime: duration.optional(),
      maxEjectionPercent: count,
      splitExternalAndLocalErrors: z.boolean().optional(),
      healthyPanicThreshold: z.union([z.number(), z.string()]).optional(),
      detectors: z
        .object({
          totalFailures: z.object({ consecutive: count }).optional(),
          gatewayFailures: z.object({ consecutive: count }).optional(),
          localOriginFailures: z.object({ consecutive: count }).optional(),
          successRate: z
            .object({
              minimumHosts: count,
              requestVolume: count,
              standardDeviationFactor: z.union([z.number(), z.string()]).optional(),
            })
            .optional(),
          failurePercentage: z.object({ minimumHosts: count, requestVolume: count, threshold: count }).optional(),
        })
        .optional(),
    })
    .optional(),
});

export const meshCircuitBreakerSchema = z.object({
  targetRef: targetRef.optional(),
  to: z.array(z.object({ targetRef, default: conf.optional() })).optional(),
  from: z.array(z.object({ targetRef, default: conf.optional() })).optional(),
  rules: z.array(z.object({ default: conf })).optional(),
});

export type MeshCircuitBreakerSpec = z.infer<typeof meshCircuitBreakerSchema>;
export type MeshCircuitBreakerConf = z.infer<typeof conf>;
export type OutlierDetection = NonNullable<MeshCircuitBreakerConf['outlierDetection']>;
