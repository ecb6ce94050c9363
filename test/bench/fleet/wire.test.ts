import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { Cluster_DiscoveryType, ClusterSchema } from '../../../shared/xds/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../../shared/xds/gen/envoy/config/listener/v3/listener_pb.js';
import { HttpConnectionManagerSchema } from '../../../shared/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { endpointNamesOf, nameOf, readDelta, readSotw, routeNamesOf, writeDelta, writeSotw } from './wire.ts';

const cluster = create(ClusterSchema, {
  name: 'backend',
  clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
  edsClusterConfig: { serviceName: 'backend-endpoints' },
});
const clusterBytes = toBinary(ClusterSchema, cluster);
const any = (value: Uint8Array) => ({ typeUrl: 'type.googleapis.com/x', value });

test('responses of both protocols, as the generated code writes them', () => {
  const sotw = create(DiscoveryResponseSchema, {
    versionInfo: 'v',
    nonce: 'n',
    typeUrl: 't',
    resources: [any(clusterBytes)],
  });
  expect(readSotw(toBinary(DiscoveryResponseSchema, sotw))).toEqual({
    typeUrl: 't',
    nonce: 'n',
    version: 'v',
    resources: [clusterBytes],
    removed: [],
  });
  const delta = create(DeltaDiscoveryResponseSchema, {
    nonce: 'n',
    typeUrl: 't',
    resources: [{ name: 'backend', version: '1', resource: any(clusterBytes) }],
    removedResources: ['gone', 'too'],
  });
  const read = readDelta(toBinary(DeltaDiscoveryResponseSchema, delta));
  expect(read).toMatchObject({ typeUrl: 't', nonce: 'n', removed: ['gone', 'too'] });
  expect(read.resources).toEqual([clusterBytes]);
});

test('requests of both protocols, as the generated code reads them', () => {
  const sotw = writeSotw({ typeUrl: 't', version: 'v', nonce: 'n', names: ['a', 'b'] });
  expect(fromBinary(DiscoveryRequestSchema, sotw)).toMatchObject({
    typeUrl: 't',
    versionInfo: 'v',
    responseNonce: 'n',
    resourceNames: ['a', 'b'],
  });
  const delta = writeDelta({ typeUrl: 't', nonce: 'n', subscribe: ['a'], unsubscribe: ['b'] });
  expect(fromBinary(DeltaDiscoveryRequestSchema, delta)).toMatchObject({
    typeUrl: 't',
    responseNonce: 'n',
    resourceNamesSubscribe: ['a'],
    resourceNamesUnsubscribe: ['b'],
  });
});

test('endpoints have the name of the service, else that of the cluster; none without EDS', () => {
  expect(nameOf(clusterBytes)).toBe('backend');
  expect(endpointNamesOf(clusterBytes)).toEqual(['backend-endpoints']);
  const unnamed = create(ClusterSchema, { name: 'backend', edsClusterConfig: {} });
  expect(endpointNamesOf(toBinary(ClusterSchema, unnamed))).toEqual(['backend']);
  expect(endpointNamesOf(toBinary(ClusterSchema, create(ClusterSchema, { name: 'fixed' })))).toEqual([]);
});

test('routes are named by the connection managers of all filter chains', () => {
  const manager = (routeConfigName: string) => {
    const config = create(HttpConnectionManagerSchema, {
      routeSpecifier: { case: 'rds', value: { routeConfigName } },
    });
    return {
      filters: [
        {
          name: 'http',
          configType: { case: 'typedConfig' as const, value: anyPack(HttpConnectionManagerSchema, config) },
        },
      ],
    };
  };
  const listener = create(ListenerSchema, {
    name: 'outbound',
    filterChains: [
      manager('a'),
      { filters: [{ name: 'tcp', configType: { case: 'typedConfig', value: any(clusterBytes) } }] },
    ],
    defaultFilterChain: manager('b'),
  });
  expect(routeNamesOf(toBinary(ListenerSchema, listener))).toEqual(['a', 'b']);
});
