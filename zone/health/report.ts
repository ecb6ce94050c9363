import { fromBinary } from '@bufbuild/protobuf';
import { HealthStatus } from '../../shared/xds/gen/envoy/config/core/v3/health_check_pb.js';
import type { EndpointHealthResponse } from '../../shared/xds/gen/envoy/service/health/v3/hds_pb.d.ts';
import { type Decoded, nodeOf } from '../ads/request.ts';
import { messages } from './messages.ts';

/** Cluster → does it answer? */
export type HealthReport = ReadonlyMap<string, boolean>;

/** A message of a proxy: who it is, or what it found. */
interface HealthMessage {
  readonly node: Decoded<never>['node'];
  readonly report: HealthReport | undefined;
}

// The first message tells hundreds of extensions of Envoy in fields that we have no use for.
const options = { readUnknownFields: false };

/** @throws Error when the bytes are no message of this service */
export function decodeHealthMessage(bytes: Uint8Array): HealthMessage {
  const { requestType } = fromBinary(messages.fromProxy, bytes, options);
  switch (requestType.case) {
    case 'healthCheckRequest':
      return { node: nodeOf(requestType.value.node), report: undefined };
    case 'endpointHealthResponse':
      return { node: undefined, report: reportOf(requestType.value) };
    default:
      return { node: undefined, report: undefined };
  }
}

/** Every cluster that we ask about has one endpoint. */
function reportOf({ clusterEndpointsHealth }: EndpointHealthResponse): HealthReport {
  return new Map(
    clusterEndpointsHealth.flatMap(({ clusterName, localityEndpointsHealth }) => {
      const status = localityEndpointsHealth[0]?.endpointsHealth[0]?.healthStatus;
      return status === undefined
        ? []
        : [[clusterName, status === HealthStatus.HEALTHY || status === HealthStatus.UNKNOWN] as const];
    }),
  );
}
