import { ipAddressReason, isPort, PORT_REASON } from '../address.ts';
import type { Resource } from '../resource.ts';
import { SERVICE_TAG, tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { networkingViolations } from '../zoneProxyNetworking.ts';
import type { ZoneIngressSpec } from './spec.ts';

/** What a ZoneIngress may hold (policies §1.3). */
export function zoneIngressViolations({ spec }: Resource<ZoneIngressSpec>): Violation[] {
  return [
    ...advertisedViolations(spec.networking),
    ...networkingViolations(spec.networking),
    ...(spec.availableServices ?? []).flatMap(({ tags }, i) => serviceViolations(tags, `availableServices[${i}].tags`)),
  ];
}

function advertisedViolations({ advertisedAddress, advertisedPort }: ZoneIngressSpec['networking']): Violation[] {
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field: `networking.${field}`, reason });
  if (advertisedAddress === undefined && advertisedPort !== undefined)
    add('advertisedAddress', 'has to be defined with advertisedPort');
  if (advertisedPort === undefined && advertisedAddress !== undefined)
    add('advertisedPort', 'has to be defined with advertisedAddress');
  const wrongAddress = advertisedAddress === undefined ? undefined : ipAddressReason(advertisedAddress);
  if (wrongAddress !== undefined) add('advertisedAddress', wrongAddress);
  if (advertisedPort !== undefined && !isPort(advertisedPort)) add('advertisedPort', PORT_REASON);
  return violations;
}

function serviceViolations(tags: Readonly<Record<string, string>>, field: string): Violation[] {
  const unnamed =
    tags[SERVICE_TAG] === undefined ? [{ field: `${field}["${SERVICE_TAG}"]`, reason: 'cannot be empty' }] : [];
  return [...unnamed, ...tagViolations(tags, field)];
}
