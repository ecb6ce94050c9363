import { message, optionalUint32, protoDuration } from '../protoJson.ts';
import type { Violation } from '../violation.ts';
import { type DataplaneSpec, type Inbound, isHealthy, type ServiceProbe } from './spec.ts';

export const serviceProbeSchema = message({
  interval: protoDuration.optional(),
  timeout: protoDuration.optional(),
  unhealthyThreshold: optionalUint32,
  healthyThreshold: optionalUint32,
  tcp: message({}).optional(),
}).optional();

/** @param field path of the probe */
export function serviceProbeViolations(probe: ServiceProbe, field: string): Violation[] {
  return (['interval', 'timeout', 'unhealthyThreshold', 'healthyThreshold'] as const)
    .filter((name) => probe[name] !== undefined && Number.parseFloat(String(probe[name])) === 0)
    .map((name) => ({ field: `${field}.${name}`, reason: 'must have a positive value' }));
}

/**
 * A Dataplane as it is stored: inbounds with a probe start not ready, and whoever writes it once more does not undo
 * what the probe has found. `state: Ignored` stays, as it is nobody's to call.
 * @param before what is there
 */
export function withProbedStates(spec: DataplaneSpec, before: DataplaneSpec | undefined): DataplaneSpec {
  const known = before?.networking.inbound ?? [];
  return mapProbed(spec, (inbound) => {
    const same = known.find(({ port, address }) => port === inbound.port && address === inbound.address);
    if (!same) return before ? inbound : withReadiness(inbound, false);
    return same.serviceProbe ? withReadiness(inbound, isHealthy(same)) : inbound;
  });
}

/** @param answers whether the application behind an inbound does; `undefined`: not known. @returns the same when nothing is new */
export function withProbeAnswers(
  spec: DataplaneSpec,
  answers: (inbound: Inbound) => boolean | undefined,
): DataplaneSpec {
  return mapProbed(spec, (inbound) => {
    const ready = answers(inbound);
    return ready === undefined || ready === isHealthy(inbound) ? inbound : withReadiness(inbound, ready);
  });
}

function mapProbed(spec: DataplaneSpec, change: (inbound: Inbound) => Inbound): DataplaneSpec {
  const { inbound: before = [] } = spec.networking;
  const inbound = before.map((one) => (one.serviceProbe && one.state !== 'Ignored' ? change(one) : one));
  if (inbound.every((one, i) => one === before[i])) return spec;
  return { ...spec, networking: { ...spec.networking, inbound } };
}

/** Both are said, as Kuma does: `health` is what it read before there was a state. */
function withReadiness({ state: _, ...inbound }: Inbound, ready: boolean): Inbound {
  return { ...inbound, ...(!ready && { state: 'NotReady' as const }), health: { ready } };
}
