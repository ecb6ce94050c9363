import { ANONYMOUS, callerOf } from './caller.ts';
import { errorAnswer } from './errorObject.ts';
import { asRestError, Invalid, RestError } from './errors.ts';
import type { Answer, RestRequest, Route } from './http.ts';
import type { RestDeps } from './ports.ts';
import { refused } from './refusal.ts';

/** What goes over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | AsyncIterable<string>;
}

type Deps = Pick<RestDeps, 'localhostIsAdmin' | 'verifyUserToken' | 'onError'>;

/** Answers a request that belongs to a route: media types, caller, handler, errors. Never throws. */
export async function serve(route: Route, request: Omit<RestRequest, 'caller'>, deps: Deps): Promise<Reply> {
  const refusal = refused(route, request.headers);
  if (refusal) return toReply(refusal);
  try {
    refuseUnstorable(request);
    const caller = route.anonymous ? ANONYMOUS : await callerOf(request, deps);
    return toReply(await route.handler({ ...request, caller }));
  } catch (error) {
    return errorReply(error, route.title, request, deps.onError);
  }
}

/** No name, and nothing else that is looked for, holds U+0000: PostgreSQL has no such texts. @throws Invalid */
function refuseUnstorable({ params, query }: Pick<RestRequest, 'params' | 'query'>): void {
  const violations = [...Object.entries(params), ...query]
    .filter(([field, value]) => `${field}${value}`.includes('\0'))
    .map(([field]) => ({ field: field.replaceAll('\0', ''), reason: 'must not hold the character U+0000' }));
  if (violations.length > 0) throw new Invalid(violations, 'Bad Request', 'The address is not valid');
}

/** An error as Kuma's error object. What has no answer of its own is told to `onError`, and to the client only as 500. */
export function errorReply(
  error: unknown,
  title: string,
  request: { readonly method: string; readonly path: string },
  onError: RestDeps['onError'],
): Reply {
  const known = asRestError(error);
  // Not the request itself: its headers and body hold tokens and secrets.
  if (!known) onError(error, { method: request.method, path: request.path });
  return toReply(errorAnswer(known ?? new RestError({ status: 500, detail: 'Internal Server Error' }), title));
}

/** JSON as Kuma writes it: indented by one blank, `&`, `<` and `>` as they are, and a newline at the end. */
export function toReply({ status, body, contentType = 'application/json', headers = {} }: Answer): Reply {
  const payload =
    contentType === 'application/json'
      ? `${JSON.stringify(body, null, 1)}\n`
      : (body as string | AsyncIterable<string>);
  return { status, headers: { ...headers, 'content-type': contentType }, payload };
}
