import type { Violation } from '../../resource/violation.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { targetRefViolations } from '../targetRefViolations.ts';
import { validateTargetRefs } from '../validateTargetRefs.ts';
import type { BackendRef, MeshHTTPRouteSpec, RouteFilter, RouteMatch, RouteRule } from './schema.ts';

const BACKEND_KINDS = ['MeshService', 'MeshServiceSubset'] as const;

/** §3.2, in Kuma's words. */
export function routeViolations(spec: MeshHTTPRouteSpec): Violation[] {
  const violations = validateTargetRefs(spec, { top: PROXY_KINDS, to: ['MeshService'] });
  (spec.to ?? []).forEach(({ hostnames, rules }, i) => {
    if (hostnames?.length) violations.push({ field: `spec.to[${i}].hostnames`, reason: 'must not be defined' });
    rules.forEach((rule, j) => violations.push(...ruleViolations(rule, `spec.to[${i}].rules[${j}]`)));
  });
  return violations;
}

function ruleViolations(
  { matches, default: { filters = [], backendRefs = [] } }: RouteRule,
  field: string,
): Violation[] {
  const isPrefixOnly = matches.every(({ path }) => path?.type === 'PathPrefix');
  return [
    ...matches.flatMap((match, i) => matchViolations(match, `${field}.matches[${i}]`)),
    ...filters.flatMap((filter, i) => filterViolations(filter, `${field}.default.filters[${i}]`, isPrefixOnly)),
    ...backendRefs.flatMap((ref, i) => backendViolations(ref, `${field}.default.backendRefs[${i}]`)),
  ];
}

function matchViolations({ path, queryParams = [], headers = [] }: RouteMatch, field: string): Violation[] {
  const violations: Violation[] = [];
  if (path && path.type !== 'RegularExpression') {
    const at = `${field}.path.value`;
    if (!path.value.startsWith('/')) violations.push({ field: at, reason: 'must be an absolute path' });
    else if (path.type === 'PathPrefix' && path.value !== '/' && path.value.endsWith('/')) {
      violations.push({
        field: at,
        reason: 'does not need a trailing slash because only a `/`-separated prefix or an entire path is matched',
      });
    }
  }
  queryParams.forEach(({ name }, i) => {
    if (queryParams.findIndex((other) => other.name === name) < i)
      violations.push({ field: `${field}.queryParams[${i}].name`, reason: `multiple entries for name ${name}` });
  });
  headers.forEach(({ type, value }, i) => {
    if ((type === 'Present' || type === 'Absent') && value)
      violations.push({ field: `${field}.headers[${i}].value`, reason: 'must be empty for header match type' });
  });
  return violations;
}

const OBJECTS: Readonly<Record<RouteFilter['type'], keyof RouteFilter>> = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  RequestMirror: 'requestMirror',
};

function filterViolations(filter: RouteFilter, field: string, isPrefixOnly: boolean): Violation[] {
  const name = OBJECTS[filter.type];
  if (!filter[name]) return [{ field: `${field}.${name}`, reason: 'must be defined' }];
  const violations: Violation[] = [];
  for (const modifier of ['requestHeaderModifier', 'responseHeaderModifier'] as const) {
    const seen = new Set<string>();
    const check = (header: string, at: string) => {
      if (seen.has(header.toLowerCase())) violations.push({ field: at, reason: 'duplicate header name' });
      seen.add(header.toLowerCase());
    };
    for (const list of ['set', 'add'] as const)
      (filter[modifier]?.[list] ?? []).forEach(({ name: header }, i) =>
        check(header, `${field}.${modifier}.${list}[${i}].name`),
      );
    (filter[modifier]?.remove ?? []).forEach((header, i) => check(header, `${field}.${modifier}.remove[${i}]`));
  }
  for (const rewriting of ['requestRedirect', 'urlRewrite'] as const) {
    const path = filter[rewriting]?.path;
    if (path?.type === 'ReplacePrefixMatch' && !isPrefixOnly) {
      violations.push({
        field: `${field}.${rewriting}.path.type`,
        reason: 'can only appear if all matches match a path prefix',
      });
    }
    if (path && (path.type === 'ReplaceFullPath' ? path.replaceFullPath : path.replacePrefixMatch) === undefined) {
      violations.push({
        field: `${field}.${rewriting}.path.${path.type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch'}`,
        reason: 'must be defined',
      });
    }
  }
  if (filter.urlRewrite?.hostToBackendHostname)
    violations.push({ field: `${field}.urlRewrite.hostToBackendHostname`, reason: 'can only be set with MeshGateway' });
  if (filter.requestMirror)
    violations.push(...backendViolations(filter.requestMirror.backendRef, `${field}.requestMirror.backendRef`));
  return violations;
}

function backendViolations(ref: BackendRef, field: string): Violation[] {
  const violations = targetRefViolations(ref, field, { kinds: [...BACKEND_KINDS] });
  // With a port it would be a MeshService resource (policies §2.7), which this version does not have.
  if (ref.port !== undefined || ref.sectionName)
    violations.push({
      field: `${field}.${ref.port !== undefined ? 'port' : 'sectionName'}`,
      reason: 'MeshService resources are not supported yet, only values of kuma.io/service: leave it out',
    });
  return violations;
}
