import type { Violation } from '../../resource/violation.ts';
import { milliseconds } from '../duration.ts';
import { PROXY_KINDS } from '../targetRef.ts';
import { validateTargetRefs } from '../validateTargetRefs.ts';
import type { MeshCircuitBreakerConf, MeshCircuitBreakerSpec, OutlierDetection } from './schema.ts';

/** §3.6, in Kuma's words; errors of `rules` are told under `from`, as Kuma does. */
export function circuitBreakerViolations(spec: MeshCircuitBreakerSpec): Violation[] {
  const confs = (list: 'to' | 'from', entries: readonly { default?: MeshCircuitBreakerConf | undefined }[] = []) =>
    entries.flatMap(({ default: conf }, i) => confViolations(conf, `spec.${list}[${i}].default`));
  return [
    ...validateTargetRefs(spec, { top: PROXY_KINDS, to: ['Mesh', 'MeshService'], from: ['Mesh'], rules: true }),
    ...confs('to', spec.to),
    ...confs('from', spec.from),
    ...confs('from', spec.rules),
  ];
}

function confViolations(conf: MeshCircuitBreakerConf | undefined, field: string): Violation[] {
  const { connectionLimits, outlierDetection } = conf ?? {};
  if (!connectionLimits && !outlierDetection) {
    return [{ field, reason: 'at least one of: outlierDetection, connectionLimits should be defined' }];
  }
  const limits = Object.entries(connectionLimits ?? {})
    .filter(([, value]) => value !== undefined && value <= 0)
    .map(([name]) => ({ field: `${field}.connectionLimits.${name}`, reason: 'must be greater than 0' }));
  return [...limits, ...(outlierDetection ? outlierViolations(outlierDetection, `${field}.outlierDetection`) : [])];
}

function outlierViolations(outlier: OutlierDetection, field: string): Violation[] {
  const violations: Violation[] = [];
  for (const name of ['interval', 'baseEjectionTime'] as const) {
    const value = outlier[name];
    if (value !== undefined && milliseconds(value) <= 0)
      violations.push({ field: `${field}.${name}`, reason: 'must be greater than 0' });
  }
  const percents = {
    maxEjectionPercent: outlier.maxEjectionPercent,
    healthyPanicThreshold: outlier.healthyPanicThreshold,
  };
  for (const [name, value] of Object.entries(percents)) {
    if (value !== undefined && !(Number(value) >= 0 && Number(value) <= 100)) {
      violations.push({ field: `${field}.${name}`, reason: 'must be in inclusive range [0, 100]' });
    }
  }
  if (outlier.disabled) return violations;
  if (!outlier.detectors) violations.push({ field: `${field}.detectors`, reason: 'must be defined' });
  else if (Object.keys(outlier.detectors).length === 0)
    violations.push({ field: `${field}.detectors`, reason: 'at least one detector should be configured' });
  const factor = outlier.detectors?.successRate?.standardDeviationFactor;
  if (factor !== undefined && !(Number(factor) > 0)) {
    violations.push({
      field: `${field}.detectors.successRate.standardDeviationFactor`,
      reason: 'must be greater than 0',
    });
  }
  return violations;
}
