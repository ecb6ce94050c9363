import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import { ControlPlane } from '../../deploy/demo/controlPlane.ts';
import { folderOf } from '../../deploy/demo/ground.ts';
import { freePorts } from '../../deploy/demo/ports.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { startProxy } from '../../deploy/demo/proxy.ts';
import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { quiet, quietGround } from '../support/quietGround.ts';

vi.setConfig({ testTimeout: 180_000 });

/** As a load balancer in front of the zone's control planes: new connections go to one of them. */
class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target = 0;

  constructor() {
    this.#server = createServer((from) => {
      const to = connect(this.#target, '127.0.0.1');
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections; they come back to this control plane. */
  moveTo({ ads }: ControlPlane): void {
    this.#target = Number(ads.split(':')[1]);
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let prepared: Prepared;
let cluster: Cluster;
let first: ControlPlane;
let second: ControlPlane;
const balancer = new Balancer();
/** When the proxy's Dataplane was made: one that was deleted in between would have another time. */
let born = '';

interface Subscription {
  readonly controlPlaneInstanceId: string;
  readonly disconnectTime?: string;
}

async function overview(name: string): Promise<{ creationTime: string; open: readonly string[] } | undefined> {
  const answer = await cluster.api.send('GET', `/meshes/default/dataplanes/_overview`);
  const { items } = answer.body as {
    items: {
      labels: Record<string, string>;
      creationTime: string;
      dataplaneInsight?: { subscriptions: Subscription[] };
    }[];
  };
  const one = items.find(({ labels }) => labels['kuma.io/display-name'] === name);
  const subscriptions = one?.dataplaneInsight?.subscriptions ?? [];
  const open = subscriptions.flatMap(({ controlPlaneInstanceId: id, disconnectTime }) => (disconnectTime ? [] : [id]));
  return one && { creationTime: one.creationTime, open };
}

const instanceOf = async ({ url }: ControlPlane) =>
  ((await (await fetch(url)).json()) as { instanceId: string }).instanceId;

/** Waits until global shows one open connection of the proxy, at that control plane. */
const connectedTo = (name: string, instance: string) =>
  until({
    what: `${name} is connected to ${instance}`,
    probe: () => overview(name),
    holds: (found) => found?.open.length === 1 && found.open[0] === instance,
    pause: 100,
  });

async function proxy(name: string, ads: string) {
  const [port = 0, servicePort = 0] = await freePorts(2);
  const tags = { 'kuma.io/service': name, 'kuma.io/protocol': 'http' };
  const networking = { address: '127.0.0.1', inbound: [{ port, servicePort, tags }] };
  const resource = { type: 'Dataplane', mesh: 'default', name, networking };
  return startProxy(prepared.ground, { name, ads, token: '', resource, proxyType: 'dataplane', dnsPort: 0 });
}

/** A change reaches every connected proxy. */
async function changeArrives(requestTimeout: string): Promise<void> {
  const to = [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout } } }];
  const body = { type: 'MeshTimeout', mesh: 'default', name: 't', spec: { targetRef: { kind: 'Mesh' }, to } };
  await cluster.api.send('PUT', '/meshes/default/meshtimeouts/t', { body });
  await until({
    what: 'the change is acknowledged',
    probe: () => fetchStatus(cluster.api),
    holds: ({ position, rollouts: [last] }) =>
      last?.position === position && last.proxies > 0 && last.acknowledged === last.proxies,
    pause: 100,
  });
}

beforeAll(async () => {
  prepared = quietGround({ envoy: true });
  const { ground } = prepared;
  cluster = await startCluster(ground, { zones: ['zone-1'], dpAuth: 'none' }, quiet);
  const [zone] = cluster.zones;
  if (!zone) throw new Error('there is one zone');
  first = zone.controlPlane;
  const shared = folderOf(ground, 'zone-1');
  const [apiPort = 0, dpPort = 0, diagnosticsPort = 0] = await freePorts(3);
  second = new ControlPlane(ground, 'zone-1 second', 'zone', {
    MERIDIAN_ZONE_NAME: 'zone-1',
    MERIDIAN_ZONE_API_PORT: String(apiPort),
    MERIDIAN_ZONE_DP_PORT: String(dpPort),
    MERIDIAN_ZONE_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_ZONE_DATA_DIR: folderOf(ground, 'zone-1 second'),
    MERIDIAN_ZONE_KEYS_DIR: shared,
    MERIDIAN_ZONE_LEAF_DIR: folderOf(ground, 'nats-zone-1'),
    MERIDIAN_ZONE_GLOBAL_URL: cluster.joining.url,
    MERIDIAN_ZONE_GLOBAL_CA_FILE: cluster.joining.caFile,
    MERIDIAN_ZONE_GLOBAL_TOKEN_FILE: join(shared, 'zone.token'),
    MERIDIAN_ZONE_NATS_URL: zone.nats.url,
    MERIDIAN_ZONE_DP_AUTH: 'none',
    MERIDIAN_ZONE_DP_RETURN: '3000',
  });
  await second.start();
});

afterAll(async () => {
  balancer.close();
  await prepared?.stop();
});

it('two control planes of one zone are both in sync', async () => {
  const { zones } = await until({
    what: 'both are in sync',
    probe: () => fetchStatus(cluster.api),
    holds: ({ zones: [zone] }) => zone?.inSync === true && zone.instances.length === 2,
    pause: 100,
  });
  expect(new Set(zones[0]?.instances.map(({ instance }) => instance))).toEqual(
    new Set([await instanceOf(first), await instanceOf(second)]),
  );
});

it('a proxy that moves from one to the other keeps its Dataplane and its insight, and is served', async () => {
  const [one, other] = [await instanceOf(first), await instanceOf(second)];
  const address = await balancer.listen();
  balancer.moveTo(first);
  await proxy('web', address);
  born = (await connectedTo('web', one))?.creationTime ?? '';
  for (const [cp, id, timeout] of [
    [second, other, '2s'],
    [first, one, '3s'],
  ] as const) {
    balancer.moveTo(cp);
    // the one that it left waits for `dp.grace`, then looks again
    const moved = await connectedTo('web', id);
    expect(moved?.creationTime).toBe(born);
    await changeArrives(timeout);
  }
});

it('one is killed: its proxies go on at the other, and only what died with it is deregistered', async () => {
  const [one, other] = [await instanceOf(first), await instanceOf(second)];
  expect((await connectedTo('web', one))?.creationTime).toBe(born);
  const doomed = await proxy('doomed', first.ads);
  await connectedTo('doomed', one);
  await Promise.all([first.crash(), doomed.crash()]);
  balancer.moveTo(second);
  const moved = await connectedTo('web', other);
  expect(moved?.creationTime).toBe(born);
  await changeArrives('4s');
  await until({
    what: 'the proxy that died with its control plane is deregistered',
    probe: () => overview('doomed'),
    holds: (found) => found === undefined,
    timeout: 90_000,
    pause: 200,
  });
  expect(await overview('web')).toEqual(moved);
  const { zones } = await until({
    what: 'the zone is in sync',
    probe: () => fetchStatus(cluster.api),
    holds: ({ zones: [zone] }) => zone?.inSync === true,
    pause: 100,
  });
  expect(zones[0]).toMatchObject({ state: 'online', instances: [{ instance: other }] });
});
