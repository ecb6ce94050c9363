import type { Violation } from '../../resource/violation.ts';
import { clientMatchViolations } from '../clientMatch.ts';
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

/** It tells apart what comes to listeners of zone proxies within a mesh, which there are none of. */
const SNI = 'is not supported yet, use spiffeID';
/** Of a client, Envoy can only tell what it asks of a route. */
const NOT_FOR_CLIENTS =
  "can't be specified when matches contain spiffeID because this field cannot be conditioned on source identity";

function matchesViolations(spec: MeshTimeoutSpec): Violation[] {
  return (spec.rules ?? []).flatMap(({ matches = [], default: conf }, i) => {
    const field = `spec.rules[${i}]`;
    const violations = matches.flatMap((match, j) => {
      const at = `${field}.matches[${j}]`;
      const sni = match.sni ? [{ field: `${at}.sni`, reason: SNI }] : [];
      return [...clientMatchViolations(match, at), ...sni];
    });
    if (!matches.some(({ spiffeID }) => spiffeID)) return violations;
    const add = (name: string) => violations.push({ field: `${field}.default.${name}`, reason: NOT_FOR_CLIENTS });
    for (const name of ['connectionTimeout', 'idleTimeout'] as const) if (conf[name] !== undefined) add(name);
    for (const name of ['maxStreamDuration', 'maxConnectionDuration', 'requestHeadersTimeout'] as const)
      if (conf.http?.[name] !== undefined) add(`http.${name}`);
    return violations;
  });
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
