import { addressReason, isPort, PORT_REASON } from '../address.ts';
import type { Resource } from '../resource.ts';
import { SERVICE_TAG, tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import type { ZoneIngressSpec } from './spec.ts';

/** What a ZoneIngress may hold (policies §1.3). */
export function zoneIngressViolations({ spec }: Resource<ZoneIngressSpec>): Violation[] {
  const { address, port, advertisedAddress, advertisedPort, admin } = spec.networking;
  const violations: Violation[] = [];
  const add = (field: string, reason: string | undefined) => {
    if (reason !== undefined) violations.push({ field: `networking.${field}`, reason });
  };
  if (advertisedAddress === undefined && advertisedPort !== undefined)
    add('advertisedAddress', 'has to be defined with advertisedPort');
  if (advertisedPort === undefined && advertisedAddress !== undefined)
    add('advertisedPort', 'has to be defined with advertisedAddress');
  add('address', addressReason(address));
  if (advertisedAddress !== undefined) add('advertisedAddress', addressReason(advertisedAddress));
  if (!isPort(port)) add('port', PORT_REASON);
  if (advertisedPort !== undefined && !isPort(advertisedPort)) add('advertisedPort', PORT_REASON);
  if (admin?.port !== undefined && !isPort(admin.port)) add('admin.port', PORT_REASON);
  if (admin?.port !== undefined && admin.port === port && address.startsWith('127.'))
    add('admin.port', 'must differ from port');
  spec.availableServices?.forEach(({ tags }, i) => {
    const field = `availableServices[${i}].tags`;
    if (tags[SERVICE_TAG] === undefined)
      violations.push({ field: `${field}["${SERVICE_TAG}"]`, reason: 'cannot be empty' });
    violations.push(...tagViolations(tags, field));
  });
  return violations;
}
