/** Conditions of `http.retryOn`, by Envoy's names for them. */
const HTTP_CONDITIONS: Readonly<Record<string, string>> = {
  '5xx': '5xx',
  GatewayError: 'gateway-error',
  Reset: 'reset',
  Retriable4xx: 'retriable-4xx',
  ConnectFailure: 'connect-failure',
  EnvoyRatelimited: 'envoy-ratelimited',
  RefusedStream: 'refused-stream',
  Http3PostConnectFailure: 'http3-post-connect-failure',
};

const METHODS = ['Connect', 'Delete', 'Get', 'Head', 'Options', 'Patch', 'Post', 'Put', 'Trace'];

/** Kuma writes `canceled`, which Envoy ignores: its token is `cancelled`. */
const GRPC_CONDITIONS: Readonly<Record<string, string>> = {
  Canceled: 'cancelled',
  DeadlineExceeded: 'deadline-exceeded',
  Internal: 'internal',
  ResourceExhausted: 'resource-exhausted',
  Unavailable: 'unavailable',
};

/** Status codes that IANA has registered, ranges inclusive. */
const STATUS_CODES = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
] as const;

/** What an item of `retryOn` asks for. */
export type RetryOn = { condition: string } | { status: number } | { method: string };

/** Of `http`; `undefined`: there is no such item. */
export function httpRetryOn(item: string): RetryOn | undefined {
  const condition = conditionIn(HTTP_CONDITIONS, item);
  if (condition) return { condition };
  const method = item.startsWith('HttpMethod') ? item.slice('HttpMethod'.length) : '';
  if (METHODS.includes(method)) return { method: method.toUpperCase() };
  const status = /^\d{3}$/.test(item) ? Number(item) : 0;
  return STATUS_CODES.some(([first, last]) => first <= status && status <= last) ? { status } : undefined;
}

/** Of `grpc`: conditions of its own, and those of HTTP, which a proxy on the way answers with. `undefined`: there is no such item. */
export function grpcRetryOn(item: string): RetryOn | undefined {
  const condition = conditionIn(GRPC_CONDITIONS, item);
  return condition ? { condition } : httpRetryOn(item);
}

/** Not one that every object inherits: an item may be called `constructor`. */
function conditionIn(conditions: Readonly<Record<string, string>>, item: string): string | undefined {
  return Object.hasOwn(conditions, item) ? conditions[item] : undefined;
}
