import type { Violation } from '../../resource/violation.ts';
import { clientMatchViolations } from '../clientMatch.ts';
import { milliseconds } from '../duration.ts';
import { topTargetRef } from '../policySpec.ts';
import { type Kind, PROXY_KINDS } from '../targetRef.ts';
import { entryViolations, policyViolations } from '../validateTargetRefs.ts';
import type { MeshTimeoutConf, MeshTimeoutSpec } from './schema.ts';

type TimeoutRule = NonNullable<MeshTimeoutSpec['rules']>[number];

/** A MeshHTTPRoute has requests, but no connections of its own. */
const ON_ROUTE = "can't be specified when top-level TargetRef is referencing MeshHTTPRoute";
const NOT_ON_ROUTES = ['connectionTimeout', 'idleTimeout'] as const;
const NOT_ON_ROUTES_HTTP = ['maxStreamDuration', 'maxConnectionDuration'] as const;
const HTTP = ['requestTimeout', 'streamIdleTimeout', 'maxStreamDuration', 'maxConnectionDuration'] as const;

/** What is wrong with a MeshTimeout, in Kuma's words. */
export function timeoutViolations(spec: MeshTimeoutSpec): Violation[] {
  const isOnRoute = topTargetRef(spec).kind === 'MeshHTTPRoute';
  const to: readonly Kind[] = isOnRoute ? ['Mesh'] : ['Mesh', 'MeshService', 'MeshHTTPRoute'];
  const conf = (entry: { readonly default?: MeshTimeoutConf | undefined }, at: string) =>
    confViolations(entry.default ?? {}, `${at}.default`, isOnRoute);
  const notDefined = spec.from?.length ? [{ field: 'spec.from', reason: 'must not be defined' }] : [];
  return [
    ...policyViolations(spec, { top: [...PROXY_KINDS, 'MeshHTTPRoute'], to, from: ['Mesh'], rules: true }),
    ...(isOnRoute ? notDefined : entryViolations(spec.from, 'spec.from', ['Mesh'], conf)),
    ...entryViolations(spec.to, 'spec.to', to, conf),
    ...(spec.rules ?? []).flatMap((rule, i) => {
      const at = `spec.rules[${i}]`;
      return [...matchesViolations(rule, at), ...conf(rule, at)];
    }),
  ];
}

/** It tells apart what comes to listeners of zone proxies within a mesh, which there are none of. */
const SNI = 'is not supported yet, use spiffeID';
/** Of a client, Envoy can only tell what it asks of a route. */
const NOT_FOR_CLIENTS =
  "can't be specified when matches contain spiffeID because this field cannot be conditioned on source identity";

function matchesViolations({ matches = [], default: conf }: TimeoutRule, field: string): Violation[] {
  const violations = matches.flatMap((match, i) => {
    const at = `${field}.matches[${i}]`;
    const sni = match.sni ? [{ field: `${at}.sni`, reason: SNI }] : [];
    return [...clientMatchViolations(match, at), ...sni];
  });
  if (!matches.some(({ spiffeID }) => spiffeID)) return violations;
  const add = (name: string) => violations.push({ field: `${field}.default.${name}`, reason: NOT_FOR_CLIENTS });
  for (const name of ['connectionTimeout', 'idleTimeout'] as const) if (conf[name] !== undefined) add(name);
  for (const name of ['requestHeadersTimeout', 'maxStreamDuration', 'maxConnectionDuration'] as const)
    if (conf.http?.[name] !== undefined) add(`http.${name}`);
  return violations;
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
