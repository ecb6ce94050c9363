import { RestError } from './errors.ts';
import type { RestRequest } from './http.ts';
import type { RestDeps } from './ports.ts';
import { errorReply, type Reply } from './serve.ts';
import { splitUrl } from './splitUrl.ts';

/** A request as an HTTP server hands it over. */
export interface Received {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
  /** `http` or `https`. */
  readonly protocol: string;
  readonly host: string;
  readonly peer: string | undefined;
  readonly hasAdminCertificate?: boolean | undefined;
  readonly signal: AbortSignal;
}

export function restRequest({
  method,
  url,
  headers,
  body,
  protocol,
  host,
  peer = '',
  hasAdminCertificate,
  params,
  signal,
}: Received): Omit<RestRequest, 'caller'> {
  const { path, search } = splitUrl(url);
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'object' ? value.join(', ') : value,
  ]);
  return {
    method,
    path,
    params,
    query: new URLSearchParams(search),
    headers: Object.fromEntries(single) as RestRequest['headers'],
    body: typeof body === 'string' ? body : '',
    baseUrl: `${protocol}://${host}`,
    peer,
    hasAdminCertificate,
    signal,
  };
}

/** What the server refused before a handler ran, a body that is too large above all, is the client's fault and says so. */
export function transportErrorReply(
  error: unknown,
  { method, url }: Pick<Received, 'method' | 'url'>,
  onError: RestDeps['onError'],
): Reply {
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  const known = statusCode >= 400 && statusCode < 500 ? new RestError({ status: statusCode, detail: message }) : error;
  return errorReply(
    known,
    statusCode === 400 ? 'Bad Request' : 'Could not process the request',
    { method, path: splitUrl(url).path },
    onError,
  );
}
