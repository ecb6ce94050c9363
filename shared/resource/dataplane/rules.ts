import { addressReason, ipAddressReason, isIpAddress, isPort, PORT_REASON } from '../address.ts';
import { WORKLOAD_LABEL } from '../labels.ts';
import { isDns1035Label } from '../name.ts';
import { metricsBackendViolations } from '../mesh/metrics.ts';
import { saysSomething } from '../protoJson.ts';
import type { Resource } from '../resource.ts';
import { PROTOCOL_TAG, protocolReason, SERVICE_TAG, tagViolations } from '../tags.ts';
import type { Violation } from '../violation.ts';
import { probeViolations } from './probes.ts';
import { serviceProbeViolations } from './serviceProbe.ts';
import type { DataplaneSpec, Inbound, Outbound } from './spec.ts';

const NOT_SUPPORTED = 'is not supported yet';
const WORKLOAD_REASON =
  "must be a DNS-1035 label: lowercase letters, digits and '-', beginning with a letter, at most 63";
const SERVICE_TAG_MISSING = `mandatory tag "${SERVICE_TAG}" is missing`;
const REAL_KINDS = ['MeshExternalService', 'MeshMultiZoneService', 'MeshService'];
const WRONG_KIND = `invalid value. Available values are: ${REAL_KINDS.join(',')}`;
const SAME_ADDRESS = 'serviceAddress and servicePort has to differ from address and port';

type Add = (field: string, reason: string | undefined) => void;

/** What a Dataplane may hold (policies §1.2); what the product would not act upon is refused, never ignored. */
export function dataplaneViolations({ spec, labels }: Resource<DataplaneSpec>): Violation[] {
  const { networking } = spec;
  const violations: Violation[] = [];
  const add: Add = (field, reason) => {
    if (reason !== undefined) violations.push({ field: `networking.${field}`, reason });
  };
  if (!networking.inbound && !networking.gateway)
    violations.push({ field: 'networking', reason: 'has to contain at least one inbound interface or gateway' });
  const { address, advertisedAddress, inbound: inbounds = [] } = networking;
  // What has no inbound has neither listeners nor endpoints there.
  const listens = inbounds.some((inbound) => inbound.address === undefined);
  add('address', (listens ? ipAddressReason : addressReason)(address));
  if (advertisedAddress !== undefined)
    add('advertisedAddress', (inbounds.length > 0 ? ipAddressReason : addressReason)(advertisedAddress));
  if (networking.gateway) gatewayViolations(networking, add);
  for (const [i, inbound] of (networking.inbound ?? []).entries()) {
    violations.push(...inboundViolations(inbound, networking.address, `networking.inbound[${i}]`));
  }
  for (const [i, outbound] of (networking.outbound ?? []).entries()) {
    violations.push(...outboundViolations(outbound, `networking.outbound[${i}]`));
  }
  violations.push(...gatewayTagViolations(networking), ...adminViolations(networking), ...probeViolations(spec));
  if (spec.metrics) violations.push(...metricsBackendViolations(spec.metrics, 'metrics'));
  if (saysSomething((networking as { listeners?: unknown }).listeners)) add('listeners', NOT_SUPPORTED);
  violations.push(...transparentProxyingViolations(networking));
  const workload = labels[WORKLOAD_LABEL];
  if (workload !== undefined && !isDns1035Label(workload))
    violations.push({ field: `labels["${WORKLOAD_LABEL}"]`, reason: WORKLOAD_REASON });
  return violations;
}

function gatewayViolations({ inbound, gateway }: DataplaneSpec['networking'], add: Add): void {
  if (inbound)
    add('inbound', `inbound cannot be defined for ${gateway?.type === 'BUILTIN' ? 'builtin' : 'delegated'} gateways`);
  if (gateway?.type === 'BUILTIN') add('gateway.type', `BUILTIN ${NOT_SUPPORTED}, use DELEGATED`);
}

function gatewayTagViolations({ gateway }: DataplaneSpec['networking']): Violation[] {
  if (!gateway) return [];
  const field = 'networking.gateway.tags';
  const violations = tagViolations(gateway.tags, field);
  if (gateway.tags[SERVICE_TAG] === undefined) violations.unshift({ field, reason: SERVICE_TAG_MISSING });
  const protocol = gateway.tags[PROTOCOL_TAG];
  if (protocol !== undefined && protocol !== 'tcp') {
    violations.push({
      field: `${field}["${PROTOCOL_TAG}"]`,
      reason: `other values than tcp are not allowed, provided value "${protocol}"`,
    });
  }
  return violations;
}

function inboundViolations(inbound: Inbound, dpAddress: string, field: string): Violation[] {
  const violations: Violation[] = [];
  const add: Add = (name, reason) => {
    if (reason !== undefined) violations.push({ field: `${field}.${name}`, reason });
  };
  const { address, serviceAddress, servicePort = 0, port } = inbound;
  if (!isPort(port)) add('port', PORT_REASON);
  if (servicePort > 65535) add('servicePort', PORT_REASON);
  if (serviceAddress !== undefined) {
    if (!isIpAddress(serviceAddress)) add('serviceAddress', 'serviceAddress has to be valid IP address');
    if (serviceAddress === (address ?? dpAddress) && (servicePort === 0 || servicePort === port))
      add('serviceAddress', SAME_ADDRESS);
  }
  if (address !== undefined && !isIpAddress(address)) add('address', 'address has to be valid IP address');
  if (inbound.protocol !== undefined) {
    const reason = protocolReason(inbound.protocol);
    add('protocol', reason && `"${inbound.protocol}" is not one of the allowed values: grpc, http, http2, kafka, tcp`);
  }
  const tags = inbound.tags ?? {};
  const protocol = tags[PROTOCOL_TAG];
  if (Object.keys(tags).length > 0 && tags[SERVICE_TAG] === undefined)
    add(`tags["${SERVICE_TAG}"]`, 'tag has to exist');
  if (protocol !== undefined) add(`tags["${PROTOCOL_TAG}"]`, protocolReason(protocol));
  violations.push(...tagViolations(tags, `${field}.tags`));
  if (inbound.serviceProbe) violations.push(...serviceProbeViolations(inbound.serviceProbe, `${field}.serviceProbe`));
  return violations;
}

function outboundViolations(outbound: Outbound, field: string): Violation[] {
  const violations: Violation[] = [];
  const add: Add = (name, reason) => {
    if (reason !== undefined) violations.push({ field: `${field}.${name}`, reason });
  };
  if (!isPort(outbound.port)) add('port', PORT_REASON);
  if (outbound.address !== undefined && !isIpAddress(outbound.address))
    add('address', 'address has to be valid IP address');
  if ((outbound as { backendRef?: unknown }).backendRef !== undefined)
    add('backendRef', `${NOT_SUPPORTED}, use tags with ${SERVICE_TAG}`);
  else if (outbound.tags?.[SERVICE_TAG] === undefined) add('tags', SERVICE_TAG_MISSING);
  violations.push(...tagViolations(outbound.tags ?? {}, `${field}.tags`));
  return violations;
}

/** Envoy's admin listens on loopback: an inbound or outbound there must not want the same port. */
function adminViolations({ admin, inbound, outbound, address }: DataplaneSpec['networking']): Violation[] {
  if (!admin?.port) return [];
  const field = 'networking.admin.port';
  if (!isPort(admin.port)) return [{ field, reason: PORT_REASON }];
  const violations: Violation[] = [];
  const onLoopback = (host: string) => host.startsWith('127.') || host === '::1' || host === '0.0.0.0' || host === '::';
  const taken = (
    kind: string,
    listeners: readonly { readonly address?: string | undefined; readonly port: number }[],
    fallback: string,
  ) =>
    listeners.forEach((one) => {
      if (one.port === admin.port && onLoopback(one.address ?? fallback))
        violations.push({ field, reason: `must differ from ${kind}` });
    });
  taken('inbound', inbound ?? [], address);
  taken('outbound', outbound ?? [], '127.0.0.1');
  return violations;
}

/** The host's redirection is for IPv4 only, as are the listeners that take it; `IPv4` says just that. */
function transparentProxyingViolations({ transparentProxying }: DataplaneSpec['networking']): Violation[] {
  const field = 'networking.transparentProxying';
  const violations: Violation[] = [];
  const given = transparentProxying ?? {};
  for (const name of ['redirectPortInbound', 'redirectPortOutbound'] as const) {
    const port = given[name];
    if (port !== undefined && !isPort(port)) violations.push({ field: `${field}.${name}`, reason: PORT_REASON });
  }
  if (given.ipFamilyMode !== undefined && given.ipFamilyMode !== 'IPv4')
    violations.push({ field: `${field}.ipFamilyMode`, reason: `${given.ipFamilyMode} ${NOT_SUPPORTED}, use IPv4` });
  given.reachableBackends?.refs?.forEach(({ kind }, i) => {
    // "transparentProxing" is what Kuma calls the field here
    if (!REAL_KINDS.includes(kind))
      violations.push({ field: `networking.transparentProxing.reachableBackends.refs[${i}].kind`, reason: WRONG_KIND });
    else
      violations.push({
        field: `${field}.reachableBackends.refs[${i}].kind`,
        reason: `${kind} ${NOT_SUPPORTED}, use reachableServices`,
      });
  });
  return violations;
}
