import type {
  RedirectActionJson,
  RouteActionJson,
  RouteJson,
} from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { EnvoyMatch } from './routeMatch.ts';
import type { PathRewrite, RouteFilter } from './schema.ts';

/** Puts a mirror's cluster into the outbound. @returns its name, undefined when there is no such service */
type MirrorCluster = (ref: NonNullable<RouteFilter['requestMirror']>['backendRef']) => string | undefined;

/** Applies one filter of a rule to one route of it. A redirect takes the place of forwarding. */
export function applyFilter(
  route: RouteJson,
  { type, requestHeaderModifier, responseHeaderModifier, requestRedirect, urlRewrite, requestMirror }: RouteFilter,
  half: EnvoyMatch['half'],
  mirrorCluster: MirrorCluster,
): void {
  switch (type) {
    case 'RequestHeaderModifier': {
      const { set = [], add = [], remove = [] } = requestHeaderModifier ?? {};
      route.requestHeadersToAdd = [...(route.requestHeadersToAdd ?? []), ...headers(set, add)];
      route.requestHeadersToRemove = [...(route.requestHeadersToRemove ?? []), ...remove];
      return;
    }
    case 'ResponseHeaderModifier': {
      const { set = [], add = [], remove = [] } = responseHeaderModifier ?? {};
      route.responseHeadersToAdd = [...(route.responseHeadersToAdd ?? []), ...headers(set, add)];
      route.responseHeadersToRemove = [...(route.responseHeadersToRemove ?? []), ...remove];
      return;
    }
    case 'RequestRedirect':
      if (!requestRedirect) return;
      delete route.route;
      route.redirect = redirect(requestRedirect, half);
      return;
    case 'URLRewrite':
      if (route.route && urlRewrite?.hostname) route.route.hostRewriteLiteral = urlRewrite.hostname;
      if (route.route && urlRewrite?.path) Object.assign(route.route, rewrite(urlRewrite.path, half));
      return;
    case 'RequestMirror':
      if (route.route && requestMirror) mirror(route.route, requestMirror, mirrorCluster);
  }
}

type Header = { readonly name: string; readonly value: string };

function headers(set: readonly Header[], add: readonly Header[]): NonNullable<RouteJson['requestHeadersToAdd']> {
  return [
    ...set.map(({ name, value }) => ({
      header: { key: name, value },
      appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
    })),
    ...add.map(({ name, value }) => ({
      header: { key: name, value },
      appendAction: 'APPEND_IF_EXISTS_OR_ADD' as const,
    })),
  ];
}

const CODES = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const;

function redirect(to: NonNullable<RouteFilter['requestRedirect']>, half: EnvoyMatch['half']): RedirectActionJson {
  const path = to.path && rewrite(to.path, half);
  return {
    ...(to.scheme ? { schemeRedirect: to.scheme } : {}),
    ...(to.hostname ? { hostRedirect: to.hostname } : {}),
    ...(to.port ? { portRedirect: to.port } : {}),
    ...path,
    responseCode: CODES[to.statusCode],
  };
}

/** The exact half of a prefix has no `prefix` to replace, so its whole path is. */
function rewrite(
  { type, replaceFullPath = '', replacePrefixMatch = '' }: PathRewrite,
  half: EnvoyMatch['half'],
): Pick<RouteActionJson, 'regexRewrite' | 'prefixRewrite'> {
  // `\1` in a substitution would mean a group
  const whole = (path: string) => ({
    regexRewrite: { pattern: { regex: '.*' }, substitution: path.replaceAll('\\', '\\\\') },
  });
  if (type === 'ReplaceFullPath') return whole(replaceFullPath);
  if (half === 'exact') return whole(replacePrefixMatch || '/');
  // The matched prefix ends in a slash; what takes its place has to as well, or two segments would become one.
  return { prefixRewrite: replacePrefixMatch.endsWith('/') ? replacePrefixMatch : `${replacePrefixMatch}/` };
}

function mirror(
  action: RouteActionJson,
  { percentage, backendRef }: NonNullable<RouteFilter['requestMirror']>,
  clusterOf: MirrorCluster,
): void {
  const cluster = clusterOf(backendRef);
  if (!cluster) return;
  const numerator = Math.round(Number(percentage ?? 100) * 10_000);
  const runtimeFraction = { defaultValue: { numerator, denominator: 'MILLION' as const } };
  action.requestMirrorPolicies = [...(action.requestMirrorPolicies ?? []), { cluster, runtimeFraction }];
}
