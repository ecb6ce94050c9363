import type { HeaderMatcherJson, RetryPolicyJson } from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { typed } from '../../xds/typed.ts';
import { envoyDuration, milliseconds } from '../duration.ts';
import { headerMatcher } from '../headerMatcher.ts';
import { grpcRetryOn, httpRetryOn, type RetryOn } from './retryOn.ts';
import type { BackOff, GrpcRetry, HostPredicate, HttpRetry, RateLimitedBackOff } from './schema.ts';

const HTTP_DEFAULT = 'gateway-error,connect-failure,refused-stream';
const GRPC_DEFAULT = 'cancelled,connect-failure,gateway-error,refused-stream,reset,resource-exhausted,unavailable';

/** @returns undefined when nothing is to be retried */
export function httpRetryPolicy(conf: HttpRetry): RetryPolicyJson | undefined {
  if (conf.numRetries === 0) return undefined;
  const { conditions, statuses, methods } = reasons(conf.retryOn, httpRetryOn);
  const requestHeaders = [...methods, ...(conf.retriableRequestHeaders ?? []).map(headerMatcher)];
  const responseHeaders = (conf.retriableResponseHeaders ?? []).map(headerMatcher);
  return {
    retryOn: retryOn(conditions.join() || HTTP_DEFAULT, statuses),
    ...attempts(conf),
    ...(statuses.length > 0 ? { retriableStatusCodes: statuses } : {}),
    ...(requestHeaders.length > 0 ? { retriableRequestHeaders: requestHeaders } : {}),
    ...(responseHeaders.length > 0 ? { retriableHeaders: responseHeaders } : {}),
    ...hostSelection(conf.hostSelection ?? []),
    ...(conf.hostSelectionMaxAttempts ? { hostSelectionRetryMaxAttempts: String(conf.hostSelectionMaxAttempts) } : {}),
  };
}

/** @returns undefined when nothing is to be retried */
export function grpcRetryPolicy(conf: GrpcRetry): RetryPolicyJson | undefined {
  if (conf.numRetries === 0) return undefined;
  const { conditions, statuses, methods } = reasons(conf.retryOn, grpcRetryOn);
  // unlike over HTTP, who names status codes only gets no conditions beside them
  const named = conditions.join() || (statuses.length > 0 ? '' : GRPC_DEFAULT);
  return {
    retryOn: retryOn(named, statuses),
    ...attempts(conf),
    ...(statuses.length > 0 ? { retriableStatusCodes: statuses } : {}),
    ...(methods.length > 0 ? { retriableRequestHeaders: methods } : {}),
  };
}

interface Reasons {
  readonly conditions: string[];
  readonly statuses: number[];
  readonly methods: HeaderMatcherJson[];
}

function reasons(items: readonly string[] = [], meaning: (item: string) => RetryOn | undefined): Reasons {
  const known = items.flatMap((item) => meaning(item) ?? []);
  return {
    conditions: known.flatMap((item) => ('condition' in item ? [item.condition] : [])),
    statuses: known.flatMap((item) => ('status' in item ? [item.status] : [])),
    methods: known.flatMap((item) =>
      'method' in item ? [{ name: ':method', stringMatch: { exact: item.method } }] : [],
    ),
  };
}

function retryOn(conditions: string, statuses: readonly number[]): string {
  return [conditions, statuses.length > 0 ? 'retriable-status-codes' : ''].filter(Boolean).join();
}

/** What HTTP and gRPC have in common. */
function attempts({ numRetries, perTryTimeout, backOff, rateLimitedBackOff }: GrpcRetry): RetryPolicyJson {
  return {
    ...(numRetries === undefined ? {} : { numRetries }),
    ...(perTryTimeout ? { perTryTimeout: envoyDuration(perTryTimeout) } : {}),
    ...(backOff ? { retryBackOff: retryBackOff(backOff) } : {}),
    ...(rateLimitedBackOff ? { rateLimitedRetryBackOff: rateLimited(rateLimitedBackOff) } : {}),
  };
}

/**
 * One that was stored before the schema filled it in may have a maximum only, which Envoy refuses. So it does a maximum below the base,
 * and then all routes of the proxy: what two policies say together may come to that. Envoy's own is ten times the base.
 */
function retryBackOff({ baseInterval = '25ms', maxInterval }: Partial<BackOff>) {
  const isMaximum = maxInterval !== undefined && milliseconds(maxInterval) >= milliseconds(baseInterval);
  return {
    baseInterval: envoyDuration(baseInterval),
    ...(isMaximum ? { maxInterval: envoyDuration(maxInterval) } : {}),
  };
}

function rateLimited({ resetHeaders = [], maxInterval }: RateLimitedBackOff) {
  const formats = { Seconds: 'SECONDS', UnixTimestamp: 'UNIX_TIMESTAMP' } as const;
  return {
    resetHeaders: resetHeaders.map(({ name, format }) => ({ name, format: formats[format] })),
    ...(maxInterval ? { maxInterval: envoyDuration(maxInterval) } : {}),
  };
}

type HostSelection = Pick<RetryPolicyJson, 'retryHostPredicate' | 'retryPriority'>;

function hostSelection(predicates: readonly HostPredicate[]): HostSelection {
  const policy: HostSelection = {};
  const hosts = predicates.flatMap(({ predicate, tags = {} }) => {
    if (predicate === 'OmitPreviousHosts')
      return [plugin('retry_host_predicates.previous_hosts', 'host.previous_hosts.v3.PreviousHostsPredicate', {})];
    if (predicate === 'OmitHostsWithTags') {
      const metadataMatch = { filterMetadata: { 'envoy.lb': tags } };
      const type = 'host.omit_host_metadata.v3.OmitHostMetadataConfig';
      return [plugin('retry_host_predicates.omit_host_metadata', type, { metadataMatch })];
    }
    return [];
  });
  if (hosts.length > 0) policy.retryHostPredicate = hosts;
  const priorities = predicates.find(({ predicate }) => predicate === 'OmitPreviousPriorities');
  if (priorities) {
    const { updateFrequency } = priorities;
    const type = 'priority.previous_priorities.v3.PreviousPrioritiesConfig';
    policy.retryPriority = plugin('retry_priorities.previous_priorities', type, { updateFrequency });
  }
  return policy;
}

function plugin(name: string, type: string, config: object) {
  return { name: `envoy.${name}`, typedConfig: typed(`envoy.extensions.retry.${type}`, config) };
}
