import { isIpAddress } from '../../resource/address.ts';
import type { Violation } from '../../resource/violation.ts';
import { backendViolations } from './backendViolations.ts';
import type { PathRewrite, RouteFilter } from './schema.ts';

type Modifier = NonNullable<RouteFilter['requestHeaderModifier']>;

const OBJECTS = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  RequestMirror: 'requestMirror',
} as const;

/** @param isPrefixOnly all matches of the rule are path prefixes: only then is there a prefix to replace. */
export function filterViolations(filter: RouteFilter, at: string, isPrefixOnly: boolean): Violation[] {
  const field = `${at}.${OBJECTS[filter.type]}`;
  if (!filter[OBJECTS[filter.type]]) return [{ field, reason: 'must be defined' }];
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return modifierViolations(filter.requestHeaderModifier ?? {}, field);
    case 'ResponseHeaderModifier':
      return modifierViolations(filter.responseHeaderModifier ?? {}, field);
    case 'RequestRedirect': {
      const { path, hostname } = filter.requestRedirect ?? {};
      return [...pathViolations(path, `${field}.path`, isPrefixOnly), ...hostViolations(hostname, `${field}.hostname`)];
    }
    case 'URLRewrite': {
      const { path, hostname, hostToBackendHostname } = filter.urlRewrite ?? {};
      const violations = [
        ...pathViolations(path, `${field}.path`, isPrefixOnly),
        ...hostViolations(hostname, `${field}.hostname`),
      ];
      if (hostToBackendHostname) {
        const host = `${field}.hostToBackendHostname`;
        violations.push({ field: host, reason: 'can only be set with MeshGateway' });
        if (hostname !== undefined) violations.push({ field: host, reason: 'cannot be set together with hostname' });
      }
      return violations;
    }
    case 'RequestMirror': {
      if (!filter.requestMirror) return [];
      const { percentage, backendRef } = filter.requestMirror;
      return [
        ...percentageViolations(percentage, `${field}.percentage`),
        ...backendViolations(backendRef, `${field}.backendRef`),
      ];
    }
  }
}

/** A header may be named once in all three lists; names are the same in either case (RFC 9110, section 5.1). */
function modifierViolations({ set, add, remove }: Modifier, field: string): Violation[] {
  if (!set && !add && !remove) return [{ field, reason: 'must have at least one defined: set, add, remove' }];
  const named = [
    ...(set ?? []).map(({ name }, i) => [name, `set[${i}]`] as const),
    ...(add ?? []).map(({ name }, i) => [name, `add[${i}]`] as const),
    ...(remove ?? []).map((name, i) => [name, `remove[${i}]`] as const),
  ];
  const seen = new Set<string>();
  return named.flatMap(([name, place]) => {
    if (seen.has(name.toLowerCase())) return [{ field: `${field}.${place}.name`, reason: 'duplicate header name' }];
    seen.add(name.toLowerCase());
    return [];
  });
}

function pathViolations(path: PathRewrite | undefined, field: string, isPrefixOnly: boolean): Violation[] {
  if (!path) return [];
  const replacement = path.type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch';
  if (path[replacement] === undefined) return [{ field: `${field}.${replacement}`, reason: 'must be defined' }];
  if (path.replacePrefixMatch === undefined || isPrefixOnly) return [];
  const reason = 'can only appear if all matches match a path prefix';
  return [{ field: `${field}.replacePrefixMatch`, reason }];
}

function hostViolations(hostname: string | undefined, field: string): Violation[] {
  return hostname !== undefined && isIpAddress(hostname) ? [{ field, reason: 'cannot be an IP address' }] : [];
}

function percentageViolations(percentage: number | string | undefined, field: string): Violation[] {
  if (percentage === undefined) return [];
  if (percentage === '' || Number.isNaN(Number(percentage)))
    return [{ field, reason: 'string must be a valid number' }];
  const isShare = Number(percentage) >= 0 && Number(percentage) <= 100;
  return isShare ? [] : [{ field, reason: 'must be in inclusive range [0.0, 100.0]' }];
}
