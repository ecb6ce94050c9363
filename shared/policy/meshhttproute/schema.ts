import { z } from 'zod';
import { headerMatch, headerName } from '../headerMatcher.ts';
import { targetRef } from '../targetRef.ts';

const pathMatch = z.object({ type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']), value: z.string().min(1) });
const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'] as const;
const queryMatch = z.object({
  type: z.enum(['Exact', 'RegularExpression']),
  name: z.string().min(1),
  value: z.string(),
});

const match = z.object({
  path: pathMatch.optional(),
  method: z.enum(METHODS).optional(),
  queryParams: z.array(queryMatch).optional(),
  headers: z.array(headerMatch).optional(),
});

const hostname = z
  .string()
  .max(253, { abort: true })
  .min(1, { abort: true })
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
const header = z.object({ name: headerName, value: z.string() });
const headerModifier = z.object({
  set: z.array(header).max(16).optional(),
  add: z.array(header).max(16).optional(),
  remove: z.array(z.string()).max(16).optional(),
});
const pathRewrite = z.object({
  type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
  replaceFullPath: z.string().optional(),
  replacePrefixMatch: z.string().optional(),
});
/** Envoy adds the weights of a split up in 32 bits; this leaves room for all that anybody would list. */
const MAX_WEIGHT = 1_000_000;
const backendRef = targetRef.extend({
  weight: z.number().int().min(0).max(MAX_WEIGHT).default(1),
  port: z.number().int().optional(),
});

const filter = z.object({
  type: z.enum(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite', 'RequestMirror']),
  requestHeaderModifier: headerModifier.optional(),
  responseHeaderModifier: headerModifier.optional(),
  requestRedirect: z
    .object({
      scheme: z.enum(['http', 'https']).optional(),
      hostname: hostname.optional(),
      path: pathRewrite.optional(),
      port: z.number().int().min(1).max(65535).optional(),
      statusCode: z
        .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
        .default(302),
    })
    .optional(),
  urlRewrite: z
    .object({
      hostname: hostname.optional(),
      path: pathRewrite.optional(),
      hostToBackendHostname: z.boolean().optional(),
    })
    .optional(),
  requestMirror: z.object({ percentage: z.union([z.number(), z.string()]).optional(), backendRef }).optional(),
});

const rule = z.object({
  matches: z.array(match).min(1),
  default: z.object({ filters: z.array(filter).optional(), backendRefs: z.array(backendRef).optional() }),
});

/** Which requests to a service go where, and what is changed of them on their way. */
export const meshHttpRouteSchema = z.object({
  targetRef: targetRef.optional(),
  to: z.array(z.object({ targetRef, hostnames: z.array(z.string()).optional(), rules: z.array(rule) })).optional(),
});

export type MeshHTTPRouteSpec = z.infer<typeof meshHttpRouteSchema>;
export type RouteRule = z.infer<typeof rule>;
export type RouteMatch = z.infer<typeof match>;
export type RouteFilter = z.infer<typeof filter>;
export type BackendRef = z.infer<typeof backendRef>;
export type PathRewrite = z.infer<typeof pathRewrite>;

/** What is left of an entry of `to` after merging. */
export interface MeshHTTPRouteConf {
  readonly rules: readonly RouteRule[];
}
