import type { Violation } from '../../resource/violation.ts';
import { milliseconds } from '../duration.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { validateTargetRefs } from '../validateTargetRefs.ts';
import type { MeshTimeoutConf, MeshTimeoutSpec } from './schema.ts';

/** §3.4, in Kuma's words. */
export function timeoutViolations(spec: MeshTimeoutSpec): Violation[] {
  const isOnRoute = spec.targetRef?.kind === 'MeshHTTPRoute';
  return [
    ...validateTargetRefs(spec, {
      top: [...PROXY_KINDS, 'MeshHTTPRoute'],
      to: isOnRoute ? ['Mesh'] : ['Mesh', 'MeshService', 'MeshHTTPRoute'],
      from: isOnRoute ? [] : ['Mesh'],
      rules: true,
    }),
    ...(spec.to ?? []).flatMap(({ default: conf }, i) => confViolations(conf, `spec.to[${i}].default`, isOnRoute)),
    ...(spec.from ?? []).flatMap(({ default: conf }, i) => confViolations(conf, `spec.from[${i}].default`, false)),
    ...(spec.rules ?? []).flatMap(({ matches = [], default: conf }, i) => [
      ...(matches.length > 0
        ? [
            {
              field: `spec.rules[${i}].matches`,
              reason: 'is not supported yet: leave it out, the rule then holds for all clients',
            },
          ]
        : []),
      ...confViolations(conf, `spec.rules[${i}].default`, false),
    ]),
  ];
}

/** A MeshHTTPRoute has requests, but no connections of its own. */
const NOT_ON_ROUTES = ['connectionTimeout', 'idleTimeout'] as const;
const NOT_ON_ROUTES_HTTP = ['maxStreamDuration', 'maxConnectionDuration'] as const;

function confViolations(conf: MeshTimeoutConf | undefined, field: string, isOnRoute: boolean): Violation[] {
  if (!conf || Object.values(conf).every((value) => value === undefined)) {
    return [{ field, reason: 'at least one timeout should be configured' }];
  }
  const { http, connectionTimeout, idleTimeout } = conf;
  const violations: Violation[] = [];
  if (connectionTimeout !== undefined && milliseconds(connectionTimeout) <= 0) {
    violations.push({ field: `${field}.connectionTimeout`, reason: 'must be greater than zero when defined' });
  }
  const times: [string, string | undefined][] = [
    ['idleTimeout', idleTimeout],
    ...Object.entries(http ?? {}).map(([name, value]): [string, string | undefined] => [`http.${name}`, value]),
  ];
  for (const [name, value] of times) {
    if (value !== undefined && milliseconds(value) < 0)
      violations.push({ field: `${field}.${name}`, reason: 'must not be negative when defined' });
  }
  if (http) {
    const { requestHeadersTimeout: _, ...others } = http;
    if (Object.values(others).every((value) => value === undefined)) {
      violations.push({ field: `${field}.http`, reason: 'at least one timeout in this section should be configured' });
    }
  }
  if (isOnRoute) {
    const unfit = [
      ...NOT_ON_ROUTES.filter((name) => conf[name]),
      ...NOT_ON_ROUTES_HTTP.filter((name) => http?.[name]).map((name) => `http.${name}`),
    ];
    violations.push(
      ...unfit.map((name) => ({
        field: `${field}.${name}`,
        reason: "can't be specified when top-level TargetRef is referencing MeshHTTPRoute",
      })),
    );
  }
  return violations;
}
