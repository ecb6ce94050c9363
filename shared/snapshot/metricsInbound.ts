import type { DataplaneSpec, Inbound } from '../resource/dataplane/spec.ts';
import { type MetricsEndpoint, metricsEndpoint } from '../resource/mesh/metrics.ts';
import type { Resource } from '../resource/resource.ts';
import { isAt } from './isAt.ts';
import type { Memo } from './memo.ts';
import type { MeshFacts } from './meshFacts.ts';

/**
 * The endpoint that a proxy serves its metrics at, as one more inbound: policies select it by its tags. `undefined`:
 * the mesh asks for none, or the port is taken by another listener of the proxy.
 */
export function metricsInbound(
  mesh: Pick<MeshFacts, 'metrics'>,
  { spec }: Resource<DataplaneSpec>,
): { readonly endpoint: MetricsEndpoint; readonly inbound: Inbound } | undefined {
  const endpoint = metricsEndpoint(mesh.metrics, spec.metrics);
  if (!endpoint) return undefined;
  const { port, tags } = endpoint;
  const { address, inbound = [], outbound = [] } = spec.networking;
  const isTaken =
    inbound.some((one) => isAt(one, address, port)) ||
    outbound.some((one) => (one.address ?? '127.0.0.1') === address && one.port === port) ||
    spec.probes?.port === port;
  return isTaken ? undefined : { endpoint, inbound: { port, protocol: 'http', tags } };
}

/** The Dataplane as policies look at it: with the endpoint among its inbounds. A gateway has none that they could look at. */
export function selectableDataplane(
  dataplane: Resource<DataplaneSpec>,
  metrics: ReturnType<typeof metricsInbound>,
  memo: Memo,
): Resource<DataplaneSpec> {
  const { spec } = dataplane;
  const { networking } = spec;
  if (!metrics || networking.gateway) return dataplane;
  const inbound = [...(networking.inbound ?? []), metrics.inbound];
  return memo.from(dataplane, `selectable ${JSON.stringify(metrics.inbound)}`, () => ({
    ...dataplane,
    spec: { ...spec, networking: { ...networking, inbound } },
  }));
}
