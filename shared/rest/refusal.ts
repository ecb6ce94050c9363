import type { Answer, Route } from './http.ts';
import { splitUrl } from './splitUrl.ts';

const JSON_TYPE = 'application/json';

/** A router-level answer: plain text, not the error object: those of go-restful, on which Kuma's server stands. */
function refusal(status: number, reason: string, headers?: Readonly<Record<string, string>>): Answer {
  return { status, body: `${status}: ${reason}`, contentType: 'text/plain', ...(headers && { headers }) };
}

/**
 * A path with an empty step leads to the one without it, as Go's `http.ServeMux` says before it looks for anybody who might answer.
 * @param url path and query
 */
export function withoutEmptySteps(url: string): Answer | undefined {
  const { path, search } = splitUrl(url);
  // A whole URL has an empty step before its host, which is not of its path (RFC 9112, 3.2.2).
  if (!path.startsWith('/') || !path.includes('//')) return undefined;
  const location = path.replace(/\/{2,}/g, '/') + (search && `?${search}`);
  return refusal(307, 'Temporary Redirect', { location });
}

/**
 * No route of that method and path: 405 when another method has one, else 404.
 * @param url path and query
 */
export function noRoute(routes: readonly Route[], url: string): Answer {
  const segments = segmentsOf(splitUrl(url).path);
  const methods = new Set(
    routes.filter((route) => matches(segmentsOf(route.path), segments)).map(({ method }) => method),
  );
  if (methods.size === 0) return refusal(404, 'Page Not Found');
  return refusal(405, 'Method Not Allowed', { allow: [...methods].join(', ') });
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length && pattern.every((segment, i) => segment.startsWith(':') || segment === path[i])
  );
}

/** Is the answer's type welcome, and the body of the only type that we read? @returns the refusal, if any. */
export function refused(route: Route, headers: Readonly<Record<string, string | undefined>>): Answer | undefined {
  const hasBody = route.method === 'PUT' || route.method === 'POST';
  if (hasBody && mediaType(headers['content-type']) !== JSON_TYPE) return refusal(415, 'Unsupported Media Type');
  if (!accepts(headers.accept, [JSON_TYPE, ...(route.produces ?? [])])) return refusal(406, 'Not Acceptable');
  return undefined;
}

/** RFC 9110, section 12.5.1, as far as it decides between "some" and "none". */
function accepts(accept: string | undefined, produced: readonly string[]): boolean {
  if (!accept?.trim()) return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
    return type === '*/*' || produced.some((one) => one === type || type === `${one.split('/')[0]}/*`);
  });
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
