import type { ClusterJson } from '../../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { OutlierDetectionJson } from '../../xds/gen/envoy/config/cluster/v3/outlier_detection_pb.d.ts';
import type { InboundResources, OutboundResources } from '../../xds/parts.ts';
import { envoyDuration } from '../duration.ts';
import type { InboundRules, ToRules } from '../rules.ts';
import type { MeshCircuitBreakerConf, OutlierDetection } from './schema.ts';

/** Calls to a service: its clusters, each by the service whose endpoints it has. */
/** What Envoy can count to. */
const LARGEST = 2 ** 32 - 1;

export function applyToOutbound(outbound: OutboundResources, rules: ToRules<MeshCircuitBreakerConf>): void {
  for (const { cluster, service } of outbound.clusters) breakCircuits(cluster, rules.forService(service)?.conf);
}

/** Calls that come in: the cluster of the application. */
export function applyToInbound(inbound: InboundResources, rules: InboundRules<MeshCircuitBreakerConf>): void {
  breakCircuits(inbound.cluster, rules.all?.conf);
}

/** Every cluster tells how much is left of its limits, also one without any of its own, as in Kuma. */
function breakCircuits(cluster: ClusterJson, conf: MeshCircuitBreakerConf | undefined): void {
  const limits = Object.entries(conf?.connectionLimits ?? {}).filter(([, limit]) => limit !== undefined);
  cluster.circuitBreakers = { thresholds: [{ trackRemaining: true, ...Object.fromEntries(limits) }] };
  const outlier = conf?.outlierDetection;
  if (!outlier || outlier.disabled) return;
  cluster.outlierDetection = outlierDetection(outlier);
  if (outlier.healthyPanicThreshold !== undefined) {
    cluster.commonLbConfig = {
      ...cluster.commonLbConfig,
      healthyPanicThreshold: { value: Number(outlier.healthyPanicThreshold) },
    };
  }
}

/** A detector counts exactly when it is there: Envoy's own would be on by default. */
function outlierDetection(outlier: OutlierDetection): OutlierDetectionJson {
  const { totalFailures, gatewayFailures, localOriginFailures, successRate, failurePercentage } =
    outlier.detectors ?? {};
  const whole = (on: boolean) => (on ? 100 : 0);
  return defined({
    interval: outlier.interval && envoyDuration(outlier.interval),
    baseEjectionTime: outlier.baseEjectionTime && envoyDuration(outlier.baseEjectionTime),
    maxEjectionPercent: outlier.maxEjectionPercent,
    splitExternalLocalOriginErrors: outlier.splitExternalAndLocalErrors,
    consecutive5xx: totalFailures?.consecutive,
    enforcingConsecutive5xx: whole(totalFailures?.consecutive !== undefined),
    consecutiveGatewayFailure: gatewayFailures?.consecutive,
    enforcingConsecutiveGatewayFailure: whole(gatewayFailures?.consecutive !== undefined),
    consecutiveLocalOriginFailure: localOriginFailures?.consecutive,
    enforcingConsecutiveLocalOriginFailure: whole(localOriginFailures?.consecutive !== undefined),
    successRateMinimumHosts: successRate?.minimumHosts,
    successRateRequestVolume: successRate?.requestVolume,
    successRateStdevFactor:
      successRate?.standardDeviationFactor === undefined
        ? undefined
        : // thousandths, cut off as in Kuma; toFixed takes away what binary fractions add (1.1 * 1000)
          Math.min(Math.trunc(Number((Number(successRate.standardDeviationFactor) * 1_000).toFixed(6))), LARGEST),
    enforcingSuccessRate: whole(successRate !== undefined),
    enforcingLocalOriginSuccessRate: whole(successRate !== undefined),
    failurePercentageThreshold: failurePercentage?.threshold,
    failurePercentageMinimumHosts: failurePercentage?.minimumHosts,
    failurePercentageRequestVolume: failurePercentage?.requestVolume,
    enforcingFailurePercentage: whole(failurePercentage !== undefined),
    enforcingFailurePercentageLocalOrigin: whole(failurePercentage !== undefined),
  });
}

function defined(fields: Readonly<Record<string, unknown>>): OutlierDetectionJson {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}
