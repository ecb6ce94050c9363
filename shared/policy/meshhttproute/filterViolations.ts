import { isIpAddress } from '../../resource/address.ts';
import type { Violation } from '../../resource/violation.ts';
import { percentageViolations } from '../decimal.ts';
import { backendViolations } from './backendViolations.ts';
import { isHeaderText, NOT_HEADER_TEXT } from './headerText.ts';
import { modifierViolations } from './modifierViolations.ts';
import type { PathRewrite, RouteFilter } from './schema.ts';

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

function pathViolations(path: PathRewrite | undefined, field: string, isPrefixOnly: boolean): Violation[] {
  if (!path) return [];
  const replacement = path.type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch';
  if (path[replacement] === undefined) return [{ field: `${field}.${replacement}`, reason: 'must be defined' }];
  if (!isHeaderText(path[replacement])) return [{ field: `${field}.${replacement}`, reason: NOT_HEADER_TEXT }];
  if (path.replacePrefixMatch === undefined || isPrefixOnly) return [];
  const reason = 'can only appear if all matches match a path prefix';
  return [{ field: `${field}.replacePrefixMatch`, reason }];
}

function hostViolations(hostname: string | undefined, field: string): Violation[] {
  return hostname !== undefined && isIpAddress(hostname) ? [{ field, reason: 'cannot be an IP address' }] : [];
}
