import { addressReason, isIpAddress, isPort, PORT_REASON } from '../address.ts';
import { WORKLOAD_LABEL } from '../labels.ts';
import { isDns1035Label } from '../name.ts';
import { metricsBackendViolations } from '../mesh/metrics.ts';
import { saysSomething } from '../protoJson.ts';
import type { Resource } from '../resource.ts';
import { PROTOCOL_TAG, protocolReason, SERVICE_TAG, tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { outboundRefViolations, reachableViolations } from './backendRefs.ts';
import { probeViolations } from './probes.ts';
import { serviceProbeViolations } from './serviceProbe.ts';
import type { DataplaneSpec, Inbound, Outbound } from './spec.ts';

const NOT_SUPPORTED = 'is not supported yet';
const WORKLOAD_REASON =
  "must be a DNS-1035 label: lowercase letters, digits and '-', beginning with a letter, at most 63";
const SAME_ADDRESS = 'serviceAddress and servicePort has to differ from address and port';

type Networking = DataplaneSpec['networking'];
type Add = (field: string, reason: string | undefined) => void;

/** What a Dataplane may hold, in the order of Kuma's `dataplane_validator.go`; what the product would not act upon is refused, never ignored. */
export function dataplaneViolations({ spec, labels }: Resource<DataplaneSpec>): Violation[] {
  const { networking } = spec;
  const { inbound = [], outbound = [], gateway } = networking;
  const hasNeither = inbound.length === 0 && !gateway;
  const workload = labels[WORKLOAD_LABEL];
  return [
    ...adminViolations(networking),
    ...(gateway ? gatewayViolations(spec, gateway) : []),
    ...(hasNeither
      ? [{ field: 'networking', reason: 'has to contain at least one inbound interface or gateway' }]
      : []),
    ...addressViolations(networking),
    ...inbound.flatMap((one, i) => inboundViolations(one, networking.address, `networking.inbound[${i}]`)),
    ...outbound.flatMap((one, i) => outboundViolations(one, `networking.outbound[${i}]`)),
    ...transparentProxyingViolations(networking),
    ...(saysSomething((networking as { listeners?: unknown }).listeners)
      ? [{ field: 'networking.listeners', reason: `${NOT_SUPPORTED}, use a ZoneIngress or a ZoneEgress` }]
      : []),
    ...probeViolations(spec),
    ...(spec.metrics ? metricsBackendViolations(spec.metrics, 'metrics') : []),
    ...(!workload || isDns1035Label(workload)
      ? []
      : [{ field: `labels["${WORKLOAD_LABEL}"]`, reason: WORKLOAD_REASON }]),
  ];
}

function addressViolations({ address, advertisedAddress }: Networking): Violation[] {
  const violations: Violation[] = [];
  const reason = addressReason(address);
  const advertised = advertisedAddress === undefined ? undefined : addressReason(advertisedAddress);
  if (reason !== undefined) violations.push({ field: 'networking.address', reason });
  if (advertised !== undefined) violations.push({ field: 'networking.advertisedAddress', reason: advertised });
  return violations;
}

function gatewayViolations(
  { networking, probes }: DataplaneSpec,
  { type, tags }: NonNullable<Networking['gateway']>,
): Violation[] {
  const violations: Violation[] = [];
  const isBuiltin = type === 'BUILTIN';
  const refuse = (part: string) =>
    violations.push({
      field: `networking.${part}`,
      reason: `${part} cannot be defined for ${isBuiltin ? 'builtin' : 'delegated'} gateways`,
    });
  if (networking.inbound) refuse('inbound');
  if (isBuiltin && networking.outbound) refuse('outbound');
  if (isBuiltin && probes) refuse('probes');
  if (isBuiltin)
    violations.push({ field: 'networking.gateway.type', reason: `BUILTIN ${NOT_SUPPORTED}, use DELEGATED` });
  const field = 'networking.gateway.tags';
  const protocol = tags[PROTOCOL_TAG];
  const reason = `other values than tcp are not allowed, provided value "${protocol}"`;
  const besides =
    protocol === undefined || protocol === 'tcp' ? [] : [{ field: `${field}["${PROTOCOL_TAG}"]`, reason }];
  return [...violations, ...tagViolations(tags, field, { service: true, besides })];
}

function inboundViolations(inbound: Inbound, dpAddress: string, field: string): Violation[] {
  const violations: Violation[] = [];
  const add: Add = (name, reason) => {
    if (reason !== undefined) violations.push({ field: `${field}.${name}`, reason });
  };
  const { address, serviceAddress, servicePort = 0, port, tags = {} } = inbound;
  const isSamePort = servicePort === 0 || servicePort === port;
  if (!isPort(port)) add('port', PORT_REASON);
  if (servicePort > 65535) add('servicePort', PORT_REASON);
  if (serviceAddress !== undefined) {
    if (!isIpAddress(serviceAddress)) add('serviceAddress', 'serviceAddress has to be valid IP address');
    if (serviceAddress === dpAddress && isSamePort) add('serviceAddress', SAME_ADDRESS);
  }
  if (address !== undefined) {
    if (!isIpAddress(address)) add('address', 'address has to be valid IP address');
    if (address === serviceAddress && isSamePort) add('serviceAddress', SAME_ADDRESS);
  }
  if (inbound.protocol !== undefined) {
    const reason = protocolReason(inbound.protocol);
    add('protocol', reason && `"${inbound.protocol}" is not one of the allowed values: grpc, http, http2, kafka, tcp`);
  }
  const protocol = tags[PROTOCOL_TAG];
  const reason = protocol === undefined ? undefined : protocolReason(protocol);
  const besides = reason === undefined ? [] : [{ field: `${field}.tags["${PROTOCOL_TAG}"]`, reason }];
  violations.push(...tagViolations(tags, `${field}.tags`, { besides }));
  if (inbound.serviceProbe) violations.push(...serviceProbeViolations(inbound.serviceProbe, `${field}.serviceProbe`));
  if (Object.keys(tags).length > 0 && tags[SERVICE_TAG] === undefined)
    add(`tags["${SERVICE_TAG}"]`, 'tag has to exist');
  return violations;
}

function outboundViolations({ address, port, tags, backendRef }: Outbound, field: string): Violation[] {
  const violations: Violation[] = [];
  if (!isPort(port)) violations.push({ field: `${field}.port`, reason: PORT_REASON });
  if (address !== undefined && !isIpAddress(address))
    violations.push({ field: `${field}.address`, reason: 'address has to be valid IP address' });
  const hasTags = Object.keys(tags ?? {}).length > 0;
  return [
    ...violations,
    ...(backendRef
      ? outboundRefViolations(backendRef, `${field}.backendRef`, hasTags)
      : tagViolations(tags ?? {}, `${field}.tags`, { service: true })),
  ];
}

/** Envoy's admin listens on loopback: an inbound, its application or an outbound there must not want the same port. */
function adminViolations({ admin, inbound = [], outbound = [], address }: Networking): Violation[] {
  const port = admin?.port;
  if (!port) return [];
  const field = 'networking.admin.port';
  if (!isPort(port)) return [{ field, reason: PORT_REASON }];
  const onLoopback = (host: string) => host === '127.0.0.1' || host === '0.0.0.0' || host === '::';
  const isInbound = inbound.some((one) => {
    const own = one.address ?? address;
    return (
      (one.port === port && onLoopback(own)) ||
      ((one.servicePort || one.port) === port && onLoopback(one.serviceAddress ?? own))
    );
  });
  const isOutbound = outbound.some((one) => one.port === port && onLoopback(one.address ?? '127.0.0.1'));
  return [
    ...(isInbound ? [{ field, reason: 'must differ from inbound' }] : []),
    ...(isOutbound ? [{ field, reason: 'must differ from outbound' }] : []),
  ];
}

/** The host's redirection is for IPv4 only, as are the listeners that take it; `IPv4` says just that. */
function transparentProxyingViolations({ transparentProxying }: Networking): Violation[] {
  const field = 'networking.transparentProxying';
  const violations: Violation[] = [];
  const given = transparentProxying ?? {};
  for (const name of ['redirectPortInbound', 'redirectPortOutbound'] as const) {
    const port = given[name];
    if (port !== undefined && !isPort(port)) violations.push({ field: `${field}.${name}`, reason: PORT_REASON });
  }
  if (given.ipFamilyMode !== undefined && given.ipFamilyMode !== 'IPv4')
    violations.push({ field: `${field}.ipFamilyMode`, reason: `${given.ipFamilyMode} ${NOT_SUPPORTED}, use IPv4` });
  violations.push(...reachableViolations(given.reachableBackends?.refs ?? []));
  return violations;
}
