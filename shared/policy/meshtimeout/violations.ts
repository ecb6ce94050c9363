import type { Violation } from '../../resource/violation.ts';
import { milliseconds } from '../duration.ts';
import { topTargetRef } from '../policySpec.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { validateTargetRefs } from '../validateTargetRefs.ts';
import type { MeshTimeoutConf, MeshTimeoutSpec } from './schema.ts';

/** A MeshHTTPRoute has requests, but no connections of its own. */
const ON_ROUTE = "can't be specified when top-level TargetRef is referencing MeshHTTPRoute";
const NOT_ON_ROUTES = ['connectionTimeout', 'idleTimeout'] as const;
const NOT_ON_ROUTES_HTTP = ['maxStreamDuration', 'maxConnectionDuration'] as const;
const HTTP = ['requestTimeout', 'streamIdleTimeout', 'maxStreamDuration', 'maxConnectionDuration'] as const;

/** §3.4, in Kuma's words. */
export function timeoutViolations(spec: MeshTimeoutSpec): Violation[] {
  const isOnRoute = topTargetRef(spec).kind === 'MeshHTTPRoute';
  const from = isOnRoute ? [] : (spec.from ?? []);
  const confs = [
    ...from.map((entry, i) => [entry.default, `spec.from[${i}].default`] as const),
    ...(spec.to ?? []).map((entry, i) => [entry.default, `spec.to[${i}].default`] as const),
    ...(spec.rules ?? []).map((rule, i) => [rule.default, `spec.rules[${i}].default`] as const),
  ];
  return [
    ...validateTargetRefs(spec, {
      top: [...PROXY_KINDS, 'MeshHTTPRoute'],
      to: isOnRoute ? ['Mesh'] : ['Mesh', 'MeshService', 'MeshHTTPRoute'],
      from: ['Mesh'],
      rules: true,
    }),
    ...(isOnRoute && spec.from?.length ? [{ field: 'spec.from', reason: 'must not be defined' }] : []),
    ...matchesViolations(spec),
    ...confs.flatMap(([conf, field]) => confViolations(conf ?? {}, field, isOnRoute)),
  ];
}

/** Kuma has timeouts for single clients; this product only ones for all clients of an inbound. */
function matchesViolations(spec: MeshTimeoutSpec): Violation[] {
  const reason = 'is not supported yet: leave it out, the rule then holds for all clients';
  return (spec.rules ?? []).flatMap(({ matches }, i) =>
    matches?.length ? [{ field: `spec.rules[${i}].matches`, reason }] : [],
  );
}

function confViolations(conf: MeshTimeoutConf, field: string, isOnRoute: boolean): Violation[] {
  const { connectionTimeout, idleTimeout, http } = conf;
  if (connectionTimeout === undefined && idleTimeout === undefined && !http)
    return [{ field, reason: 'at least one timeout should be configured' }];
  const violations: Violation[] = [];
  const add = (name: string, reason: string) => violations.push({ field: `${field}.${name}`, reason });
  if (isOnRoute) {
    for (const name of NOT_ON_ROUTES) if (conf[name] !== undefined) add(name, ON_ROUTE);
    for (const name of NOT_ON_ROUTES_HTTP) if (http?.[name] !== undefined) add(`http.${name}`, ON_ROUTE);
  }
  if (connectionTimeout !== undefined && milliseconds(connectionTimeout) <= 0)
    add('connectionTimeout', 'must be greater than zero when defined');
  if (isNegative(idleTimeout)) add('idleTimeout', 'must not be negative when defined');
  if (http && HTTP.every((name) => http[name] === undefined))
    add('http', 'at least one timeout in this section should be configured');
  for (const name of [...HTTP, 'requestHeadersTimeout'] as const)
    if (isNegative(http?.[name])) add(`http.${name}`, 'must not be negative when defined');
  return violations;
}

function isNegative(duration: string | undefined): boolean {
  return duration !== undefined && milliseconds(duration) < 0;
}
