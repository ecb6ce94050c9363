import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import { pipeAddress, tcpAddress } from '../xds/address.ts';
import { staticCluster } from '../xds/cluster.ts';
import { hcmFilter, httpConnectionManager, tlsInspector } from '../xds/filters.ts';
import type { AddressJson } from '../xds/gen/envoy/config/core/v3/address_pb.d.ts';
import type { FilterJson } from '../xds/gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteJson } from '../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { ADMIN_CA_NAME, ADMIN_NAME, READINESS_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { certificateSecret, trustSecret } from '../xds/secret.ts';
import { downstreamAdminTls } from '../xds/tls.ts';
import { ADMIN_CLIENT } from './adminTrust.ts';
import type { SnapshotInput } from './input.ts';
import { isAt } from './isAt.ts';
import type { Memo } from './memo.ts';
import type { ProxyMetadata } from './proxy.ts';

const CONNECT_TIMEOUT = '5s';

/** What is asked of an admin API from afar; all of them only read. */
const READ_PATHS = ['/config_dump', '/stats', '/clusters'];

/** Where a proxy listens, as its Dataplane, ZoneIngress or ZoneEgress says. */
export interface ListensAt extends Pick<DataplaneSpec['networking'], 'address' | 'inbound'> {
  /** Of a zone proxy. */
  readonly port?: number;
  /** Ports of its address that are for something else still. */
  readonly taken?: readonly number[];
}

/**
 * Adds the ways to Envoy's admin API and to the readiness reporter, and on the proxy's own address a listener that serves `/ready` to
 * everybody, and to the control plane what it reads of the admin API.
 */
export function addAdmin(
  set: ResourceSet,
  { proxy: { metadata }, adminTrust }: Pick<SnapshotInput, 'proxy' | 'adminTrust'>,
  networking: ListensAt,
  memo: Memo,
): void {
  const { adminPort, adminSocket, readinessPort } = metadata;
  const admin = adminAddress(metadata);
  if (admin)
    set.put(
      'cluster',
      ADMIN_NAME,
      memo.of(`admin|${adminSocket}|${adminPort}`, () => staticCluster(ADMIN_NAME, [admin], CONNECT_TIMEOUT)),
    );
  if (readinessPort > 0) {
    const reporter = tcpAddress('127.0.0.1', readinessPort);
    set.put(
      'cluster',
      READINESS_NAME,
      memo.of(`readiness|${readinessPort}`, () => staticCluster(READINESS_NAME, [reporter], CONNECT_TIMEOUT)),
    );
  }
  const ready = readinessPort > 0 ? READINESS_NAME : ADMIN_NAME;
  const port = adminListenerPort(metadata, networking);
  if (port === 0) return;
  const { address } = networking;
  set.put(
    'listener',
    ADMIN_NAME,
    memo.of(`admin listener|${address}|${port}|${ready}`, () => ({
      ...memo.of(`admin listener|${ready}`, () => listenerTemplate(ready)),
      address: tcpAddress(address, port),
    })),
  );
  if (!adminTrust) return;
  const { certificateChainPem, privateKeyPem, trustedPem } = adminTrust;
  const certificate = () => certificateSecret(ADMIN_NAME, certificateChainPem, privateKeyPem);
  set.put('secret', ADMIN_NAME, memo.from(adminTrust, 'certificate', certificate));
  const trust = () => trustSecret(ADMIN_CA_NAME, trustedPem);
  set.put('secret', ADMIN_CA_NAME, memo.from(adminTrust, 'trust', trust));
}

/**
 * Port of that listener; 0: there is none. None on 127.0.0.1, as in Kuma, where the admin API itself may have the port; and none where
 * the proxy listens for something else there.
 */
export function adminListenerPort({ adminPort }: Pick<ProxyMetadata, 'adminPort'>, networking: ListensAt): number {
  const { address, port, inbound = [], taken = [] } = networking;
  const isTaken =
    port === adminPort || taken.includes(adminPort) || inbound.some((one) => isAt(one, address, adminPort));
  return address === '127.0.0.1' || isTaken ? 0 : adminPort;
}

/** Where Envoy's own admin API listens; `undefined`: nowhere. */
export function adminAddress({ adminPort, adminSocket }: ProxyMetadata): AddressJson | undefined {
  if (adminSocket) return pipeAddress(adminSocket);
  return adminPort > 0 ? tcpAddress('127.0.0.1', adminPort) : undefined;
}

/** All but where it listens: the same for all proxies. */
function listenerTemplate(readiness: string): Omit<ListenerJson, 'address'> {
  const ready: RouteJson = { match: { path: '/ready' }, route: { cluster: readiness } };
  const reads = READ_PATHS.map((path): RouteJson => {
    const match = { path, headers: [{ name: ':method', stringMatch: { exact: 'GET' } }] };
    return { match, route: { cluster: ADMIN_NAME } };
  });
  return {
    name: ADMIN_NAME,
    trafficDirection: 'INBOUND',
    listenerFilters: [tlsInspector()],
    filterChains: [
      { filters: [routed([ready])] },
      {
        filterChainMatch: { transportProtocol: 'tls' },
        transportSocket: downstreamAdminTls(ADMIN_CLIENT),
        filters: [routed([ready, ...reads])],
      },
    ],
  };
}

function routed(routes: RouteJson[]): FilterJson {
  const hcm = httpConnectionManager(ADMIN_NAME, 'http');
  hcm.routeConfig = { validateClusters: false, virtualHosts: [{ name: ADMIN_NAME, domains: ['*'], routes }] };
  return hcmFilter(hcm);
}
