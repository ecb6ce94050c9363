type Headers = Readonly<Record<string, string>>;

interface CrossOriginRequest {
  readonly method: string;
  readonly origin: string | undefined;
  /** `Access-Control-Request-Method` and `-Headers` of a preflight. */
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
}

/** What a browser is told before it lets a page of another origin read an answer. */
interface CrossOriginAnswer {
  readonly headers: Headers;
  /** A question of the browser itself, answered with these headers and no body. */
  readonly preflight: boolean;
}

const METHODS = 'GET, PUT, POST, DELETE';
/** Headers of ours that a page may read beside those that it always may: without them it could not write under a condition. */
const READABLE = 'ETag, X-Meridian-Position';

/**
 * @param allowed origins (`https://gui.example`) or regular expressions that match one wholly; none: no page of another origin.
 * @returns `undefined` when the browser is to be told nothing.
 */
export function crossOrigin(
  { method, origin, requestMethod, requestHeaders }: CrossOriginRequest,
  allowed: readonly string[],
): CrossOriginAnswer | undefined {
  if (!origin || !allowed.some((one) => one === origin || new RegExp(`^(?:${one})$`).test(origin))) return undefined;
  const headers = { 'access-control-allow-origin': origin, vary: 'Origin' };
  if (method !== 'OPTIONS' || requestMethod === undefined)
    return { headers: { ...headers, 'access-control-expose-headers': READABLE }, preflight: false };
  return {
    preflight: true,
    headers: {
      ...headers,
      'access-control-allow-methods': METHODS,
      ...(requestHeaders && { 'access-control-allow-headers': requestHeaders }),
    },
  };
}
