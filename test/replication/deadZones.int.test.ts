import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { serviceIndex } from '../../shared/view/services.ts';
import { beat } from '../../zone/ingress/beat.ts';
import { reach } from '../../zone/ingress/reach.ts';
import { watchIngresses } from '../../zone/ingress/watchIngresses.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

vi.setConfig({ testTimeout: 120_000 });

const world = hubWithZones(['zone-a', 'zone-b']);
const a = () => world.zone;
const b = () => world.replicaOf('zone-b');
let port = 0;
/** Stands for the Envoy of zone-a's ingress. */
let ingress: Server;
let connections = 0;
let stopBeating = () => {};
let stopWatching = () => {};
const log = { info: () => {}, warn: () => {} };

const listen = () =>
  new Promise<Server>((resolve) => {
    const server = createServer((socket) => {
      connections++;
      socket.end();
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
const startBeating = () =>
  beat({
    view: a().replica.view,
    zone: 'zone-a',
    log: a().log,
    onFailed: (error) => a().errors.push(error as Error),
    onDone: () => {},
  });

/** Where callers in zone-b are sent to for the service of zone-a. */
const endpoints = () =>
  serviceIndex(b().replica.view, 'default', 'zone-b')
    .services.get('backend')
    ?.endpoints.map((endpoint) => endpoint.port);

beforeAll(async () => {
  port = await freePort();
  ingress = await listen();
  const backends = [{ name: 'ca', type: 'builtin' }];
  world.hub.log.append(resource('Mesh', 'default', { mtls: { enabledBackend: 'ca', backends } }));
  const tags = { 'kuma.io/service': 'backend', 'kuma.io/zone': 'zone-a' };
  const networking = { address: '127.0.0.1', port, advertisedAddress: '127.0.0.1', advertisedPort: port };
  const availableServices = [{ mesh: 'default', instances: 2, tags }];
  await a().log.put(resource('ZoneIngress', 'ing', { zone: 'zone-a', networking, availableServices }));
  stopBeating = startBeating();
  stopWatching = watchIngresses({
    replica: b().replica,
    zone: 'zone-b',
    deadAfterMs: 12_000,
    reach,
    now: () => performance.now(),
    log,
  });
  await eventually(() => expect(endpoints()).toEqual([port]));
});

afterAll(() => {
  stopBeating();
  stopWatching();
  ingress?.close();
});

it('a zone that only beats changes nothing in the other zones', async () => {
  const { revision } = b().replica.view;
  const versionOf = () => b().replica.view.get(resource('ZoneIngress', 'ing'), 'zone-a')?.version ?? 0;
  const before = versionOf();
  await eventually(() => expect(versionOf()).toBeGreaterThan(before));
  expect(b().replica.view.revision).toBe(revision);
});

it('a zone that is cut off from the hub, but reachable, gets its traffic for as long as that lasts', async () => {
  await world.leaf.server.kill();
  const tries = connections + 20;
  await eventually(() => expect(connections).toBeGreaterThan(tries));
  expect(endpoints()).toEqual([port]);
});

it('one that cannot be reached either is taken out, its services stay known', async () => {
  await new Promise((resolve) => ingress.close(resolve));
  await eventually(() => expect(endpoints()).toEqual([]));
});

it('and is back as soon as it is reached, though the hub still hears nothing of it', async () => {
  ingress = await listen();
  await eventually(() => expect(endpoints()).toEqual([port]));
});

it('or as soon as it is heard, though it cannot be reached yet', async () => {
  await new Promise((resolve) => ingress.close(resolve));
  await eventually(() => expect(endpoints()).toEqual([]));
  await world.leaf.server.restart();
  await eventually(() => expect(endpoints()).toEqual([port]));
});
