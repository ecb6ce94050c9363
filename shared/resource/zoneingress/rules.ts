import type { Resource } from '../resource.ts';
import { tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { adminViolations, portViolations, zoneAddressViolations } from '../zoneProxyNetworking.ts';
import type { ZoneIngressSpec } from './spec.ts';

/** What a ZoneIngress may hold, told in Kuma's order and with its paths. */
export function zoneIngressViolations({
  spec: { networking, availableServices },
}: Resource<ZoneIngressSpec>): Violation[] {
  const { address, port, advertisedAddress, advertisedPort } = networking;
  return [
    ...adminViolations(networking, { address: advertisedAddress, port: advertisedPort }),
    ...togetherViolations(networking),
    ...zoneAddressViolations(address, 'networking.address'),
    ...(advertisedAddress === undefined
      ? []
      : zoneAddressViolations(advertisedAddress, 'networking.advertisedAddress')),
    ...portViolations(port, 'networking.port'),
    ...(advertisedPort === undefined ? [] : portViolations(advertisedPort, 'networking.advertisedPort')),
    ...(availableServices ?? []).flatMap(({ tags }, i) =>
      tagViolations(tags, `availableService[${i}].tags`, { service: true }),
    ),
  ];
}

function togetherViolations({ advertisedAddress, advertisedPort }: ZoneIngressSpec['networking']): Violation[] {
  if (advertisedAddress === undefined && advertisedPort !== undefined)
    return [{ field: 'networking.advertisedAddress', reason: 'has to be defined with advertisedPort' }];
  if (advertisedPort === undefined && advertisedAddress !== undefined)
    return [{ field: 'networking.advertisedPort', reason: 'has to be defined with advertisedAddress' }];
  return [];
}
