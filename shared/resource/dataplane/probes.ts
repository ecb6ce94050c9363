import { isAbsolutePath } from '../absolutePath.ts';
import { isPort, PORT_REASON } from '../address.ts';
import { list, message, requiredText, requiredUint32 } from '../protoJson.ts';
import type { Violation } from '../violation.ts';
import type { DataplaneSpec } from './spec.ts';

export const probesSchema = message({
  port: requiredUint32,
  endpoints: list(message({ inboundPort: requiredUint32, inboundPath: requiredText, path: requiredText })),
}).optional();

/** What probes may be; besides Kuma's rules, their port must not be that of an inbound, since only one of them could listen. */
export function probeViolations({ probes, networking }: DataplaneSpec): Violation[] {
  if (!probes) return [];
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field: `probes.${field}`, reason });
  if (!isPort(probes.port)) add('port', PORT_REASON);
  networking.inbound?.forEach(({ address = networking.address, port }, i) => {
    if (address === networking.address && port === probes.port) add('port', `must differ from inbound[${i}].port`);
  });
  probes.endpoints?.forEach(({ inboundPort, inboundPath, path }, i) => {
    if (!isPort(inboundPort)) add(`endpoints[${i}].inboundPort`, PORT_REASON);
    if (!isAbsolutePath(inboundPath)) add(`endpoints[${i}].inboundPath`, 'should be a valid URL Path');
    if (!isAbsolutePath(path)) add(`endpoints[${i}].path`, 'should be a valid URL Path');
  });
  return violations;
}
