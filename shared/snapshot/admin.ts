import { pipeAddress, tcpAddress } from '../xds/address.ts';
import { staticCluster } from '../xds/cluster.ts';
import { hcmFilter, httpConnectionManager } from '../xds/filters.ts';
import type { AddressJson } from '../xds/gen/envoy/config/core/v3/address_pb.d.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import { ADMIN_NAME, READINESS_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { Memo } from './memo.ts';
import type { ProxyMetadata } from './proxy.ts';

const CONNECT_TIMEOUT = '5s';

/**
 * Adds the ways to Envoy's admin API and to the readiness reporter, and on the proxy's own address a listener that
 * serves `/ready` only (policies §5.11). The admin API itself is not opened to the network.
 */
export function addAdmin(set: ResourceSet, metadata: ProxyMetadata, address: string, memo: Memo): void {
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
  if (adminPort === 0 || address === '127.0.0.1') return;
  set.put(
    'listener',
    ADMIN_NAME,
    memo.of(`admin listener|${address}|${adminPort}|${ready}`, () => readyListener(address, adminPort, ready)),
  );
}

/** Where Envoy's own admin API listens; `undefined`: nowhere. */
export function adminAddress({ adminPort, adminSocket }: ProxyMetadata): AddressJson | undefined {
  if (adminSocket) return pipeAddress(adminSocket);
  return adminPort > 0 ? tcpAddress('127.0.0.1', adminPort) : undefined;
}

function readyListener(address: string, port: number, cluster: string): ListenerJson {
  const hcm = httpConnectionManager(ADMIN_NAME, 'http');
  hcm.routeConfig = {
    validateClusters: false,
    virtualHosts: [{ name: ADMIN_NAME, domains: ['*'], routes: [{ match: { path: '/ready' }, route: { cluster } }] }],
  };
  return {
    name: ADMIN_NAME,
    trafficDirection: 'INBOUND',
    address: tcpAddress(address, port),
    filterChains: [{ filters: [hcmFilter(hcm)] }],
  };
}
