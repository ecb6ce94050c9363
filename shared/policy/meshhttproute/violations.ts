import type { Violation } from '../../resource/violation.ts';
import { regexViolations } from '../regexViolations.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { entryViolations, topLevelViolations } from '../validateTargetRefs.ts';
import { backendViolations } from './backendViolations.ts';
import { filterViolations } from './filterViolations.ts';
import type { MeshHTTPRouteSpec, RouteMatch, RouteRule } from './schema.ts';

/** What is wrong with a MeshHTTPRoute, in Kuma's words. Unlike other policies one without any `to` is valid. */
export function routeViolations(spec: MeshHTTPRouteSpec): Violation[] {
  return [
    ...topLevelViolations(spec, { top: PROXY_KINDS }),
    ...entryViolations(spec.to, 'spec.to', ['MeshService'], ({ hostnames, rules }, at) => [
      ...rules.flatMap((rule, i) => ruleViolations(rule, `${at}.rules[${i}]`)),
      ...(hostnames?.length ? [{ field: `${at}.hostnames`, reason: 'must not be defined' }] : []),
    ]),
  ];
}

function ruleViolations(rule: RouteRule, field: string): Violation[] {
  const { filters = [], backendRefs = [] } = rule.default;
  const isPrefixOnly = rule.matches.every(({ path }) => path?.type === 'PathPrefix');
  return [
    ...rule.matches.flatMap((match, i) => matchViolations(match, `${field}.matches[${i}]`)),
    ...filters.flatMap((filter, i) => filterViolations(filter, `${field}.default.filters[${i}]`, isPrefixOnly)),
    ...backendRefs.flatMap((ref, i) => backendViolations(ref, `${field}.default.backendRefs[${i}]`)),
  ];
}

/** Envoy's: it would refuse all routes of a proxy for a longer one. */
const LONGEST_QUERY_NAME = 1_024;

function matchViolations({ path, queryParams = [], headers = [] }: RouteMatch, field: string): Violation[] {
  return [
    ...pathViolations(path, `${field}.path.value`),
    ...(path ? regexViolations(path, `${field}.path`) : []),
    ...queryParams.flatMap((param, i) => [
      ...(queryParams.findIndex(({ name }) => name === param.name) < i
        ? [{ field: `${field}.queryParams[${i}].name`, reason: `multiple entries for name ${param.name}` }]
        : []),
      ...(new TextEncoder().encode(param.name).length > LONGEST_QUERY_NAME
        ? [{ field: `${field}.queryParams[${i}].name`, reason: `must be no more than ${LONGEST_QUERY_NAME} bytes` }]
        : []),
      ...regexViolations(param, `${field}.queryParams[${i}]`),
    ]),
    ...headers.flatMap((header, i) => [
      ...(header.value && (header.type === 'Present' || header.type === 'Absent')
        ? [{ field: `${field}.headers[${i}].value`, reason: 'must not be defined' }]
        : []),
      ...regexViolations(header, `${field}.headers[${i}]`),
    ]),
  ];
}

const TRAILING_SLASH =
  'does not need a trailing slash because only a `/`-separated prefix or an entire path is matched';

function pathViolations(path: RouteMatch['path'], field: string): Violation[] {
  if (!path || path.type === 'RegularExpression' || path.value === '/') return [];
  return [
    ...(path.type === 'PathPrefix' && path.value.endsWith('/') ? [{ field, reason: TRAILING_SLASH }] : []),
    ...(path.value.startsWith('/') ? [] : [{ field, reason: 'must be an absolute path' }]),
  ];
}
