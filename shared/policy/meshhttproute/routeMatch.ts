import type {
  HeaderMatcherJson,
  QueryParameterMatcherJson,
  RouteMatchJson,
} from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { headerMatcher } from '../headerMatcher.ts';
import type { RouteMatch } from './schema.ts';

/** One Envoy match of a rule's match, and the part of a prefix that it stands for. */
export interface EnvoyMatch {
  readonly match: RouteMatchJson;
  /** A path prefix P is two matches: P itself and everything below `P/`. */
  readonly half: 'exact' | 'prefix' | undefined;
}

/** PathPrefix matches whole path segments, which Envoy's `prefix` does not: hence the two matches. */
export function envoyMatches({ path, method, headers = [], queryParams = [] }: RouteMatch): EnvoyMatch[] {
  const conditions: HeaderMatcherJson[] = [
    ...(method ? [{ name: ':method', stringMatch: { exact: method } }] : []),
    // of several conditions on one header only the first counts, as in the Gateway API
    ...headers.filter(({ name }, i) => headers.findIndex((one) => one.name === name) === i).map(headerMatcher),
  ];
  const common: RouteMatchJson = {
    ...(conditions.length > 0 ? { headers: conditions } : {}),
    ...(queryParams.length > 0 ? { queryParameters: queryParams.map(queryMatcher) } : {}),
  };
  const whole = (match: RouteMatchJson): EnvoyMatch[] => [{ match: { ...match, ...common }, half: undefined }];
  if (!path) return whole({ prefix: '/' });
  if (path.type === 'Exact') return whole({ path: path.value });
  if (path.type === 'RegularExpression') return whole({ safeRegex: { regex: path.value } });
  if (path.value === '/') return [{ match: { prefix: '/', ...common }, half: 'prefix' }];
  return [
    { match: { path: path.value, ...common }, half: 'exact' },
    { match: { prefix: `${path.value}/`, ...common }, half: 'prefix' },
  ];
}

function queryMatcher({
  type,
  name,
  value,
}: NonNullable<RouteMatch['queryParams']>[number]): QueryParameterMatcherJson {
  return { name, stringMatch: type === 'Exact' ? { exact: value } : { safeRegex: { regex: value } } };
}

/**
 * Order of routes in a virtual host: with a path first; Exact, then longer prefixes, then longer regular expressions; then with
 * a method; then more headers; then more query parameters, as in Kuma and the Gateway API. Equal ones keep the order of the rules.
 */
export function compareSpecificity(a: RouteMatch, b: RouteMatch): number {
  const rank = ({ path }: RouteMatch) => (path ? ['Exact', 'PathPrefix', 'RegularExpression'].indexOf(path.type) : 3);
  return (
    rank(a) - rank(b) ||
    (b.path?.value.length ?? 0) - (a.path?.value.length ?? 0) ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    (b.headers?.length ?? 0) - (a.headers?.length ?? 0) ||
    (b.queryParams?.length ?? 0) - (a.queryParams?.length ?? 0)
  );
}
