import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClusterSchema } from '../../../shared/xds/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../../shared/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../../shared/xds/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../../shared/xds/gen/envoy/config/route/v3/route_pb.js';
import { HttpConnectionManagerSchema } from '../../../shared/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL, type XdsKind } from '../../../shared/xds/snapshot.ts';
import type { Protocol } from './messages.ts';
import { nodeOf, SimulatedSidecar } from './simulatedSidecar.ts';

const cluster = (altStatName = '') =>
  toBinary(ClusterSchema, create(ClusterSchema, { name: 'c', altStatName, edsClusterConfig: {} }));
const endpoints = toBinary(ClusterLoadAssignmentSchema, create(ClusterLoadAssignmentSchema, { clusterName: 'c' }));
const routes = toBinary(RouteConfigurationSchema, create(RouteConfigurationSchema, { name: 'r' }));
const manager = create(HttpConnectionManagerSchema, {
  routeSpecifier: { case: 'rds', value: { routeConfigName: 'r' } },
});
const filter = { configType: { case: 'typedConfig' as const, value: anyPack(HttpConnectionManagerSchema, manager) } };
const listener = toBinary(ListenerSchema, create(ListenerSchema, { name: 'l', filterChains: [{ filters: [filter] }] }));

/** A request in short: its kind, the nonce it acknowledges, its names. */
function words(typeUrl: string, ...others: string[]): string {
  const kind = Object.entries(TYPE_URL).find(([, url]) => url === typeUrl)?.[0] ?? typeUrl;
  return [kind, ...others].filter(Boolean).join(' ');
}

/** A sidecar, what it says in short, and a control plane's side of its stream. */
function started(protocol: Protocol) {
  const said: string[] = [];
  const onConfigured = vi.fn();
  const sidecar = new SimulatedSidecar({
    protocol,
    secrets: [],
    onConfigured,
    onStarved: () => {},
    send: (bytes) => {
      if (protocol === 'delta') {
        const request = fromBinary(DeltaDiscoveryRequestSchema, bytes);
        const names = request.resourceNamesSubscribe.map((name) => `+${name}`);
        const dropped = request.resourceNamesUnsubscribe.map((name) => `-${name}`);
        said.push(words(request.typeUrl, request.responseNonce, ...names, ...dropped));
      } else {
        const request = fromBinary(DiscoveryRequestSchema, bytes);
        said.push(words(request.typeUrl, request.responseNonce, ...request.resourceNames));
      }
    },
  });
  onTestFinished(() => sidecar.stop());
  const send = (kind: XdsKind, nonce: string, resources: Uint8Array[], removedResources: string[] = []) => {
    const anys = resources.map((value) => ({ typeUrl: TYPE_URL[kind], value }));
    const common = { typeUrl: TYPE_URL[kind], nonce };
    const delta = { ...common, removedResources, resources: anys.map((resource) => ({ resource })) };
    sidecar.take(
      protocol === 'delta'
        ? toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, delta))
        : toBinary(
            DiscoveryResponseSchema,
            create(DiscoveryResponseSchema, { ...common, versionInfo: 'v', resources: anys }),
          ),
    );
    return said.splice(0);
  };
  sidecar.start(nodeOf({ id: 'default.a', resource: '{}' }));
  expect(said.splice(0)).toEqual(['cluster']);
  return { send, onConfigured };
}

test('delta: clusters are acknowledged when their endpoints have come, then listeners, then routes', () => {
  const { send, onConfigured } = started('delta');
  expect(send('cluster', '1', [cluster()])).toEqual(['endpoint +c']);
  expect(send('endpoint', '2', [endpoints])).toEqual(['endpoint 2', 'cluster 1', 'listener']);
  expect(send('listener', '3', [listener])).toEqual(['listener 3', 'route +r']);
  expect(onConfigured).not.toHaveBeenCalled();
  expect(send('route', '4', [routes])).toEqual(['route 4']);
  expect(onConfigured).toHaveBeenCalledOnce();
});

test('delta: a changed cluster warms without a word; an unchanged one does not; a removed one takes its endpoints along', () => {
  const { send } = started('delta');
  send('cluster', '1', [cluster()]);
  send('endpoint', '2', [endpoints]);
  expect(send('cluster', '3', [cluster()])).toEqual(['cluster 3']);
  expect(send('cluster', '4', [cluster('changed')])).toEqual([]);
  expect(send('endpoint', '5', [endpoints])).toEqual(['endpoint 5', 'cluster 4']);
  expect(send('cluster', '6', [], ['c'])).toEqual(['endpoint -c', 'cluster 6']);
});

test('state of the world: names are repeated, and a changed cluster asks for its endpoints with the old nonce', () => {
  const { send, onConfigured } = started('sotw');
  expect(send('cluster', '1', [cluster()])).toEqual(['endpoint c']);
  expect(send('endpoint', '2', [endpoints])).toEqual(['endpoint 2 c', 'cluster 1', 'listener']);
  expect(send('listener', '3', [listener])).toEqual(['listener 3', 'route r']);
  expect(send('route', '4', [routes])).toEqual(['route 4 r']);
  expect(onConfigured).toHaveBeenCalledOnce();
  expect(send('cluster', '5', [cluster('changed')])).toEqual(['endpoint 2 c']);
  expect(send('endpoint', '6', [endpoints])).toEqual(['endpoint 6 c', 'cluster 5']);
  expect(send('cluster', '7', [])).toEqual(['endpoint 6', 'cluster 7']);
});
