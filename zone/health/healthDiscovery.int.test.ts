import { createServer, request } from 'node:http';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { freePorts } from '../../deploy/process/ports.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import { HealthCheckRequestOrEndpointHealthResponseSchema } from '../../shared/xds/gen/envoy/service/health/v3/hds_pb.js';
import { cleanups, get, mtls, resource, sidecar, until, ZONE, zoneWith } from '../../test/support/dataPlaneForTests.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { encodeMessage } from '../ads/encode.ts';
import { adminSocketPath } from '../dataplane/bootstrap.ts';
import { HDS_SERVICE } from './healthDiscovery.ts';

const edge = { 'kuma.io/service': 'edge' };

/** A client that says it is that proxy. @returns what it is told, and how its stream ends */
function streamOf(address: string, id: string) {
  const trust = credentials.createSsl(null, null, null, { rejectUnauthorized: false });
  const client = new Client(address, trust);
  cleanups.push(async () => client.close());
  const { path, requestSerialize, responseDeserialize } = HDS_SERVICE.StreamHealthCheck;
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(path, requestSerialize, responseDeserialize);
  const messages: Buffer[] = [];
  call.on('data', (message: Buffer) => messages.push(message));
  const ended = new Promise<ServiceError>((resolve) => call.on('error', resolve));
  call.write(encodeMessage(HealthCheckRequestOrEndpointHealthResponseSchema, { healthCheckRequest: { node: { id } } }));
  return { call, messages, ended };
}

describe('health discovery', () => {
  it('leaves out an application that its probe finds dead, and an Envoy that is draining', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const [servicePort, inbound, outbound] = (await freePorts(3)) as [number, number, number];
    const tags = { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' };
    const serviceProbe = { interval: '0.1s', timeout: '1s', tcp: {} };
    const dataplane = (name: string, more: object) => ({
      type: 'Dataplane',
      mesh: 'default',
      name,
      networking: { address: '127.0.0.1', ...more },
    });
    const { path: workDir, remove } = await tempDir('probed');
    cleanups.push(remove);
    await Promise.all([
      sidecar(plane, dataplane('backend-1', { inbound: [{ port: inbound, servicePort, tags, serviceProbe }] }), {
        workDir,
      }),
      sidecar(plane, dataplane('frontend-1', { outbound: [{ port: outbound, tags }], gateway: { tags: edge } })),
    ]);
    const found = () => {
      const entry = zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE);
      const { state, health } = (entry?.resource.spec as DataplaneSpec | undefined)?.networking.inbound?.[0] ?? {};
      return { state, health };
    };
    const dead = { state: 'NotReady', health: { ready: false } };
    const unreachable = () =>
      until(
        () => get(outbound),
        ({ body }) => body === 'no healthy upstream',
      );
    expect(found()).toEqual(dead);
    await unreachable();

    const server = createServer((_, response) => response.end('alive'));
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    cleanups.push(stop);
    await new Promise<void>((resolve) => server.listen(servicePort, '127.0.0.1', resolve));
    const answer = await until(
      () => get(outbound),
      ({ status }) => status === 200,
    );
    expect(answer.body).toBe('alive');
    expect(found()).toEqual({ state: undefined, health: { ready: true } });

    request({ socketPath: adminSocketPath(workDir), path: '/healthcheck/fail', method: 'POST' }).end();
    await unreachable();
    request({ socketPath: adminSocketPath(workDir), path: '/healthcheck/ok', method: 'POST' }).end();
    await until(
      () => get(outbound),
      ({ status }) => status === 200,
    );
    await stop();
    await unreachable();
    expect(found()).toEqual(dead);
  });

  it('tells nobody what to look at who has no token for it', async () => {
    const { zone, plane } = await zoneWith(mtls, 'dpToken');
    const spec = { networking: { address: '10.0.0.1', inbound: [{ port: 80, serviceProbe: {} }] } };
    await zone.put(resource('Dataplane', 'default', 'web-1', spec));
    const { ended, messages } = streamOf(plane.address, 'default.web-1');
    expect([(await ended).code, messages]).toEqual([status.UNAUTHENTICATED, []]);
  });

  it('goes on telling a proxy what to look at when another stream of it came and went', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const probed = (interval: string) =>
      zone.put(
        resource('Dataplane', 'default', 'web-1', {
          networking: { address: '10.0.0.1', inbound: [{ port: 80, serviceProbe: { interval, tcp: {} } }] },
        }),
      );
    await probed('1s');
    const [first, other] = [streamOf(plane.address, 'default.web-1'), streamOf(plane.address, 'default.web-1')];
    for (const { messages } of [first, other])
      await until(
        () => messages.length,
        (told) => told === 1,
      );
    for (const { call } of [other, first]) call.on('error', () => {});
    other.call.cancel();
    expect((await other.ended).code).toBe(status.CANCELLED);
    await probed('2s');
    await until(
      () => first.messages.length,
      (told) => told === 2,
    );
    expect(first.messages[1]?.equals(first.messages[0] ?? Buffer.of())).toBe(false);
  });
});
