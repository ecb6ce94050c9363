import type { Violation } from '../../resource/violation.ts';
import { milliseconds } from '../duration.ts';
import { regexViolations } from '../regexViolations.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { type TargetRefMatrix, validateTargetRefs } from '../validateTargetRefs.ts';
import { grpcRetryOn, httpRetryOn } from './retryOn.ts';
import type { BackOff, HostPredicate, MeshRetryConf, MeshRetrySpec, RateLimitedBackOff } from './schema.ts';

/** What is wrong with a MeshRetry, in Kuma's words. Paths below `default` have a `conf` that is not in the document. */
export function retryViolations(spec: MeshRetrySpec): Violation[] {
  const isOnRoute = spec.targetRef?.kind === 'MeshHTTPRoute';
  const matrix: TargetRefMatrix = {
    top: [...PROXY_KINDS, 'MeshHTTPRoute'],
    to: isOnRoute ? ['Mesh'] : ['Mesh', 'MeshService', 'MeshHTTPRoute'],
  };
  return validateTargetRefs(spec, matrix, (entry, at) => confViolations(entry.default, `${at}.default.conf`));
}

function confViolations({ tcp, http, grpc }: MeshRetryConf, field: string): Violation[] {
  // How often hosts are tried says nothing by itself.
  const { hostSelectionMaxAttempts: _, ...saying } = http ?? {};
  if (!tcp && !http && !grpc) return [{ field, reason: "at least one of the 'tcp', 'http', 'grpc' must be specified" }];
  return [
    ...(tcp ? tcpViolations(tcp.maxConnectAttempt, `${field}.tcp`) : []),
    ...notEmpty(http && saying, `${field}.http`),
    ...perTryViolations(http?.perTryTimeout, `${field}.http.perTryTimeout`),
    ...backOffViolations(http?.backOff, `${field}.http.backOff`),
    ...rateLimitedViolations(http?.rateLimitedBackOff, `${field}.http.rateLimitedBackOff`),
    ...unknownItems(http?.retryOn, `${field}.http.retryOn`, httpRetryOn),
    ...(['retriableResponseHeaders', 'retriableRequestHeaders'] as const).flatMap((list) =>
      (http?.[list] ?? []).flatMap((header, i) => regexViolations(header, `${field}.http.${list}[${i}]`)),
    ),
    ...hostSelectionViolations(http?.hostSelection ?? [], `${field}.http.hostSelection`),
    ...notEmpty(grpc, `${field}.grpc`),
    ...perTryViolations(grpc?.perTryTimeout, `${field}.grpc.perTryTimeout`),
    ...backOffViolations(grpc?.backOff, `${field}.grpc.backOff`),
    ...rateLimitedViolations(grpc?.rateLimitedBackOff, `${field}.grpc.rateLimitedBackOff`),
    ...unknownItems(grpc?.retryOn, `${field}.grpc.retryOn`, grpcRetryOn),
  ];
}

function tcpViolations(attempts: number | undefined, field: string): Violation[] {
  if (attempts === undefined) return [{ field, reason: 'must not be empty' }];
  return attempts > 0 ? [] : [{ field: `${field}.maxConnectAttempt`, reason: 'must be greater than 0' }];
}

function notEmpty(section: object | undefined, field: string): Violation[] {
  const isEmpty = section && Object.values(section).every((value) => value === undefined);
  return isEmpty ? [{ field, reason: 'must not be empty' }] : [];
}

/** Envoy would refuse all routes of a proxy for a negative one. Kuma lets it pass. */
function perTryViolations(timeout: string | undefined, field: string): Violation[] {
  return timeout !== undefined && milliseconds(timeout) < 0 ? [{ field, reason: 'must not be negative' }] : [];
}

/** Envoy would refuse all routes of a proxy for them. Kuma lets them pass. */
function backOffViolations(backOff: BackOff | undefined, field: string): Violation[] {
  if (!backOff) return [];
  const { baseInterval, maxInterval } = backOff;
  if (milliseconds(baseInterval) <= 0)
    return [{ field: `${field}.baseInterval`, reason: 'must be greater than zero when defined' }];
  if (maxInterval === undefined || milliseconds(maxInterval) >= milliseconds(baseInterval)) return [];
  return [{ field: `${field}.maxInterval`, reason: `must be at least baseInterval, which is ${baseInterval}` }];
}

function rateLimitedViolations(backOff: RateLimitedBackOff | undefined, field: string): Violation[] {
  if (!backOff) return [];
  const { maxInterval, resetHeaders } = backOff;
  const violations: Violation[] = [];
  if (milliseconds(maxInterval) <= 0)
    violations.push({ field: `${field}.maxInterval`, reason: 'must be defined and greater than zero' });
  if (!resetHeaders?.length) violations.push({ field: `${field}.resetHeaders`, reason: 'must be defined' });
  return violations;
}

function unknownItems(
  items: readonly string[] | undefined,
  field: string,
  meaning: (item: string) => unknown,
): Violation[] {
  return (items ?? []).flatMap((item, i) =>
    meaning(item) === undefined ? [{ field: `${field}[${i}]`, reason: `unknown item '${item}'` }] : [],
  );
}

function hostSelectionViolations(predicates: readonly HostPredicate[], field: string): Violation[] {
  return predicates.flatMap(({ predicate, tags, updateFrequency }, i): Violation[] => {
    const at = `${field}[${i}]`;
    switch (predicate) {
      case 'OmitPreviousHosts':
        return [];
      case 'OmitHostsWithTags':
        return tags ? [] : [{ field: `${at}.tags`, reason: 'must be defined' }];
      case 'OmitPreviousPriorities': {
        const isRepeated = predicates.slice(0, i).some((before) => before.predicate === predicate);
        const reason = 'must be defined and greater than zero';
        return [
          ...(isRepeated ? [{ field: `${at}.predicate`, reason: `${predicate} must only be specified once` }] : []),
          ...(updateFrequency <= 0 ? [{ field: `${at}.updateFrequency`, reason }] : []),
        ];
      }
    }
  });
}
