import { edsCluster, speak } from '../xds/cluster.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { PLAIN } from '../xds/endpoints.ts';
import { outboundClusterName } from '../xds/names.ts';
import { isHttp, type Protocol } from '../xds/parts.ts';
import { tagSni } from '../xds/sni.ts';
import { plainTextFor, upstreamMeshTls } from '../xds/tls.ts';
import type { MeshFacts } from './meshFacts.ts';

/** Default of MeshTimeout's `connectionTimeout` for outbounds. */
const CONNECT_TIMEOUT = '5s';

/**
 * An ingress that is gone is seen by the egress alone, which keeps the connections that it carries: whoever calls through it has to
 * find out by itself that nobody answers any more.
 */
const SIGNS_OF_LIFE = { interval: '10s', timeout: '5s' };

/**
 * The cluster for calls to a service, or to the part of it with these tags. A fresh object: effects edit it.
 * Proxies speak HTTP/2 among themselves; mTLS accepts that service only, whichever zone it is in. Where the mesh lets
 * plain text in, instances without a certificate get it.
 */
export function serviceCluster(
  mesh: MeshFacts,
  service: string,
  tags: Readonly<Record<string, string>>,
  protocol: Protocol,
): ClusterJson {
  const cluster = edsCluster(outboundClusterName(service, tags), CONNECT_TIMEOUT);
  if (isHttp(protocol)) speak(cluster, 'http2', mesh.zoneEgress ? SIGNS_OF_LIFE : undefined);
  if (mesh.mtls) cluster.transportSocket = upstreamMeshTls(mesh.name, service, tagSni(service, mesh.name, tags));
  if (mesh.mtls === 'PERMISSIVE') cluster.transportSocketMatches = [plainTextFor(PLAIN)];
  return cluster;
}
