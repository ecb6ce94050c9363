import { z } from 'zod';
import { count, int32 } from '../count.ts';
import { duration } from '../duration.ts';
import { headerMatch, headerName } from '../headerMatcher.ts';
import { targetRef } from '../targetRef.ts';

const backOff = z.object({ baseInterval: duration.default('25ms'), maxInterval: duration.optional() });

const rateLimitedBackOff = z.object({
  resetHeaders: z.array(z.object({ name: headerName, format: z.enum(['Seconds', 'UnixTimestamp']) })).optional(),
  maxInterval: duration.default('5m0s'),
});

const predicate = z.object({
  predicate: z.enum(['OmitPreviousHosts', 'OmitHostsWithTags', 'OmitPreviousPriorities']),
  tags: z.record(z.string(), z.string()).optional(),
  updateFrequency: int32.default(2),
});

const common = {
  numRetries: count.optional(),
  perTryTimeout: duration.optional(),
  backOff: backOff.optional(),
  rateLimitedBackOff: rateLimitedBackOff.optional(),
  retryOn: z.array(z.string()).optional(),
};

const http = z.object({
  ...common,
  retriableResponseHeaders: z.array(headerMatch).optional(),
  retriableRequestHeaders: z.array(headerMatch).optional(),
  hostSelection: z.array(predicate).optional(),
  hostSelectionMaxAttempts: count.optional(),
});

const grpc = z.object(common);

const conf = z.object({
  tcp: z.object({ maxConnectAttempt: count.optional() }).optional(),
  http: http.optional(),
  grpc: grpc.optional(),
});

/** When calls are tried again, and how often. What may stand in `retryOn` is said by the validation, which answers in words of its own. */
export const meshRetrySchema = z.object({
  targetRef: targetRef.optional(),
  to: z.array(z.object({ targetRef, default: conf.default({}) })).optional(),
});

export type MeshRetrySpec = z.infer<typeof meshRetrySchema>;
export type MeshRetryConf = z.infer<typeof conf>;
export type HttpRetry = z.infer<typeof http>;
export type GrpcRetry = z.infer<typeof grpc>;
export type BackOff = z.infer<typeof backOff>;
export type RateLimitedBackOff = z.infer<typeof rateLimitedBackOff>;
export type HostPredicate = z.infer<typeof predicate>;
