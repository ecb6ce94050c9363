import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeltaDiscoveryRequestSchema } from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { serverCertificateFor } from '../../test/support/certificates.ts';
import { type DpServer, startDpServer } from '../dataplane/dpServer.ts';
import { ADS_SERVICE, GrpcAdsServer } from './server.ts';

let server: DpServer;
let client: Client;

beforeAll(async () => {
  const certificate = await serverCertificateFor('localhost', '127.0.0.1');
  const ads = new GrpcAdsServer({
    admit: () => new Promise(() => {}),
    events: { connected() {}, disconnected() {}, acknowledged() {} },
    log: { info() {}, warn() {} },
    silentMs: 100,
  });
  server = await startDpServer({
    host: '127.0.0.1',
    port: 0,
    ...certificate,
    services: [[ADS_SERVICE, ads.handlers]],
    http: (_, response) => response.end(),
  });
  client = new Client(`127.0.0.1:${server.port}`, credentials.createSsl(Buffer.from(certificate.certificatePem)));
});
afterAll(async () => {
  client.close();
  await server.close();
});

const identity = (bytes: Buffer) => bytes;

/** Opens a stream that sends so many requests. @returns how it ended */
function flood(requests: number): Promise<ServiceError> {
  const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
  const stream = client.makeBidiStreamRequest(path, identity, identity, new Metadata());
  const message = create(DeltaDiscoveryRequestSchema, { node: { id: 'm.p' }, typeUrl: TYPE_URL.cluster });
  for (let i = 0; i < requests; i++) stream.write(Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)));
  return new Promise((resolve) => stream.on('data', () => {}).once('error', resolve));
}

it('lets a stream go that asks for nothing', async () => {
  expect((await flood(0)).code).toBe(status.DEADLINE_EXCEEDED);
});

it('does not keep more requests than a proxy sends while it is being admitted', async () => {
  expect((await flood(200)).code).toBe(status.RESOURCE_EXHAUSTED);
});
