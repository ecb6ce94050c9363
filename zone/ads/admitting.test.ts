import { EventEmitter } from 'node:events';
import { create, toBinary } from '@bufbuild/protobuf';
import { Metadata } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { DeltaDiscoveryRequestSchema } from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import type { Call } from './adsStream.ts';
import { GrpcAdsServer } from './server.ts';

/** A stream whose first request has come, and the server that is about to admit it. */
function arriving() {
  const admission = Promise.withResolvers<Proxy>();
  const atConnected: number[] = [];
  const ads: GrpcAdsServer = new GrpcAdsServer({
    admit: () => admission.promise,
    events: { connected: () => atConnected.push(ads.admitting), disconnected() {}, acknowledged() {} },
    log: { info() {}, warn() {} },
  });
  const call = Object.assign(new EventEmitter(), {
    metadata: new Metadata(),
    getPeer: () => 'here',
    end() {},
    write: () => true,
  });
  call.on('error', () => {});
  const serve = ads.handlers.DeltaAggregatedResources as (call: Call) => void;
  serve(call as unknown as Call);
  const request = create(DeltaDiscoveryRequestSchema, { node: { id: 'm.p' }, typeUrl: TYPE_URL.cluster });
  call.emit('data', Buffer.from(toBinary(DeltaDiscoveryRequestSchema, request)));
  return { ads, admission, atConnected };
}

it('who is being admitted is counted, and no longer when it is connected: nobody waits for it then', async () => {
  const { ads, admission, atConnected } = arriving();
  expect(ads.admitting).toBe(1);
  admission.resolve({ id: 'm.p', kind: 'sidecar', mesh: 'm', name: 'p', metadata: {} as Proxy['metadata'] });
  await expect.poll(() => atConnected).toEqual([0]);
});

it('who is refused is counted no longer either', async () => {
  const { ads, admission } = arriving();
  expect(ads.admitting).toBe(1);
  admission.reject(new Error('there is no mesh m'));
  await expect.poll(() => ads.admitting).toBe(0);
});
