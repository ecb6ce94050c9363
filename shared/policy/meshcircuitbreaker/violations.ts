import type { Violation } from '../../resource/violation.ts';
import { type Decimal, isDecimal, percentageViolations } from '../decimal.ts';
import { milliseconds } from '../duration.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { type TargetRefMatrix, validateTargetRefs } from '../validateTargetRefs.ts';
import type { MeshCircuitBreakerConf, MeshCircuitBreakerSpec, OutlierDetection } from './schema.ts';

type Detectors = NonNullable<OutlierDetection['detectors']>;

const CONSECUTIVE = ['totalFailures', 'gatewayFailures', 'localOriginFailures'] as const;
const DETECTORS = [...CONSECUTIVE, 'successRate', 'failurePercentage'] as const;

/** What is wrong with a MeshCircuitBreaker, in Kuma's words; errors of `rules` are told under `from`, as Kuma does. */
export function circuitBreakerViolations(spec: MeshCircuitBreakerSpec): Violation[] {
  const matrix: TargetRefMatrix = { top: PROXY_KINDS, to: ['Mesh', 'MeshService'], from: ['Mesh'], rules: true };
  return [
    ...validateTargetRefs(spec, matrix, (entry, at) => confViolations(entry.default, `${at}.default`)),
    ...(spec.rules ?? []).flatMap((rule, i) => confViolations(rule.default, `spec.from[${i}].default`)),
  ];
}

function confViolations(conf: MeshCircuitBreakerConf | undefined, field: string): Violation[] {
  const { connectionLimits, outlierDetection } = conf ?? {};
  if (!connectionLimits && !outlierDetection) {
    const reason = "at least one of: 'connectionLimits' or 'outlierDetection' should be configured";
    return [{ field, reason }];
  }
  return [
    ...positive(connectionLimits ?? {}, `${field}.connectionLimits`),
    ...(outlierDetection ? outlierViolations(outlierDetection, `${field}.outlierDetection`) : []),
  ];
}

function outlierViolations(outlier: OutlierDetection, field: string): Violation[] {
  const times = (['interval', 'baseEjectionTime'] as const).filter((name) => {
    const time = outlier[name];
    return time !== undefined && milliseconds(time) <= 0;
  });
  return [
    ...times.map((name) => ({ field: `${field}.${name}`, reason: 'must be greater than zero when defined' })),
    ...percentage(outlier.maxEjectionPercent, `${field}.maxEjectionPercent`),
    ...percentageViolations(outlier.healthyPanicThreshold, `${field}.healthyPanicThreshold`),
    ...(outlier.disabled ? [] : detectorViolations(outlier.detectors, `${field}.detectors`)),
  ];
}

function detectorViolations(detectors: Detectors | undefined, field: string): Violation[] {
  if (!detectors) return [{ field, reason: 'must be defined' }];
  if (!DETECTORS.some((name) => detectors[name]))
    return [{ field, reason: `must have at least one defined: ${DETECTORS.join(', ')}` }];
  const { standardDeviationFactor: factor, ...successRate } = detectors.successRate ?? {};
  const { threshold, ...failurePercentage } = detectors.failurePercentage ?? {};
  return [
    ...CONSECUTIVE.flatMap((name) => positive(detectors[name] ?? {}, `${field}.${name}`)),
    ...positive(successRate, `${field}.successRate`),
    ...factorViolations(factor, `${field}.successRate.standardDeviationFactor`),
    ...positive(failurePercentage, `${field}.failurePercentage`),
    ...percentage(threshold, `${field}.failurePercentage.threshold`),
  ];
}

function positive(counts: Readonly<Record<string, number | undefined>>, field: string): Violation[] {
  return Object.entries(counts)
    .filter(([, count]) => count !== undefined && count <= 0)
    .map(([name]) => ({ field: `${field}.${name}`, reason: 'must be greater than 0' }));
}

function percentage(value: number | undefined, field: string): Violation[] {
  return value !== undefined && value > 100 ? [{ field, reason: 'must be in inclusive range [0, 100]' }] : [];
}

/** Envoy counts its thousandths in 32 bits. */
const GREATEST_FACTOR = 4_000_000;

function factorViolations(value: Decimal | undefined, field: string): Violation[] {
  if (value === undefined) return [];
  if (!isDecimal(value)) return [{ field, reason: 'invalid number' }];
  if (Number(value) > GREATEST_FACTOR) return [{ field, reason: `must be at most ${GREATEST_FACTOR}` }];
  return Number(value) <= 0 ? [{ field, reason: 'must be greater than 0' }] : [];
}
