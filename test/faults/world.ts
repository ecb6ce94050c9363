import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Child } from '../../deploy/demo/child.ts';
import { type Cluster, type GlobalAndHub, startGlobal } from '../../deploy/demo/cluster.ts';
import type { ControlPlane } from '../../deploy/demo/controlPlane.ts';
import { callFromFrontend } from '../../deploy/demo/demo.ts';
import { folderOf, type Ground } from '../../deploy/demo/ground.ts';
import { createMesh } from '../../deploy/demo/mesh.ts';
import { startNats } from '../../deploy/demo/natsServer.ts';
import { freePorts } from '../../deploy/demo/ports.ts';
import { prepare } from '../../deploy/demo/prepare.ts';
import { writeSecretFile } from '../../deploy/demo/runAs.ts';
import { until } from '../../deploy/demo/until.ts';
import { Workloads } from '../../deploy/demo/workloads.ts';
import { type Zone, zoneControlPlane } from '../../deploy/demo/zone.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { Link } from './link.ts';

/** A nats-server that can be killed, emptied and started again. */
export class Server {
  readonly folder: string;
  readonly #start: () => Promise<Child>;
  #child: Child;

  constructor(folder: string, child: Child, start: () => Promise<Child>) {
    this.folder = folder;
    this.#child = child;
    this.#start = start;
  }

  get pid(): number {
    return this.#child.pid;
  }

  crash(): Promise<void> {
    return this.#child.crash();
  }

  async start(): Promise<void> {
    this.#child = await this.#start();
  }

  /** Where JetStream keeps its files. */
  get store(): string {
    return join(this.folder, 'jetstream');
  }
}

export interface FaultZone extends Zone {
  readonly server: Server;
  /** Between the zone's nats-server and the hub. */
  readonly link: Link;
  /** Between the zone's proxies and its dp-server. */
  readonly proxies: Link;
  /** Settings of its control plane. */
  readonly env: Readonly<Record<string, string>>;
}

/** What faults are put into: PostgreSQL, hub, global, two zones; and a mesh with real Envoys once somebody asks for it. */
export interface World {
  readonly ground: Ground;
  readonly postgres: Postgres;
  /** URL of global's database. */
  readonly store: string;
  readonly hub: Server;
  readonly global: ControlPlane;
  readonly globalEnv: Readonly<Record<string, string>>;
  readonly zones: readonly [FaultZone, FaultZone];
  readonly cluster: Cluster;
  /** `frontend` in the first zone, `backend` in the second, their sidecars and ingresses; started at the first call. */
  workloads(): Promise<Workloads>;
  /** @param keep what the processes wrote, logs too, stays */
  stop(options?: { readonly keep: boolean }): Promise<void>;
}

/** @throws StartError */
export async function startWorld(say: (text: string) => void): Promise<World> {
  const { ground, stop: stopAll } = prepare({ logLevel: 'info', envoy: true, say, onDeath: () => {} });
  const links: Link[] = [];
  const postgres = await startPostgres();
  const stop = async (options = { keep: false }) => {
    await stopAll(options);
    if (options.keep) say(`what the processes wrote is kept in ${ground.data}`);
    for (const link of links) await link.close();
    await postgres.stop();
  };
  try {
    const store = await postgres.createDatabase();
    const up = await startGlobal(ground, { store }, say);
    const [vipPort = 0] = await freePorts(1);
    const start = async (name: string) => {
      const zone = await startLinkedZone(ground, up, name, vipPort);
      links.push(zone.link, zone.proxies);
      return zone;
    };
    const zones = await Promise.all([start('zone-1'), start('zone-2')]);
    const cluster: Cluster = { ...up, ground, zones, vipPort };
    let workloads: Promise<Workloads> | undefined;
    return {
      ground,
      postgres,
      store,
      hub: new Server(folderOf(ground, 'nats-hub'), up.hubServer, up.startHub),
      global: up.global,
      globalEnv: up.env,
      zones,
      cluster,
      workloads: () => (workloads ??= startWorkloads(cluster, say)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startLinkedZone(ground: Ground, up: GlobalAndHub, name: string, vipPort: number): Promise<FaultZone> {
  const hubPort = Number(new URL(up.env.MERIDIAN_GLOBAL_HUB_LEAF_URL ?? '').port);
  const link = await Link.to(hubPort);
  const { controlPlane, natsPort, caFile, env } = await zoneControlPlane(ground, up.joining, {
    name,
    dpAuth: 'dpToken',
    vipPort,
  });
  controlPlane.launch();
  const own = await controlPlane.natsConfig();
  const config = own.replace(/\.conf$/, '-linked.conf');
  writeSecretFile(config, linkedConfig(own, hubPort, link.port), ground.runAs);
  const startServer = () => startNats(ground, `nats-${name}`, natsPort, config);
  const server = new Server(folderOf(ground, `nats-${name}`), await startServer(), startServer);
  await controlPlane.ready();
  const nats = { url: env.MERIDIAN_ZONE_NATS_URL ?? '' };
  const proxies = await Link.to(Number(env.MERIDIAN_ZONE_DP_PORT));
  return { name, controlPlane, nats, ads: `127.0.0.1:${proxies.port}`, caFile, server, link, proxies, env };
}

/** All that the zone has written, which it may write anew, but for the way to the hub. */
function linkedConfig(own: string, hubPort: number, linkPort: number): string {
  const [leafnodes = ''] = /^leafnodes \{[\s\S]*^\}$/m.exec(readFileSync(own, 'utf8')) ?? [];
  return `include ${JSON.stringify(basename(own))}\n${leafnodes.replaceAll(`:${hubPort}`, `:${linkPort}`)}\n`;
}

async function startWorkloads(cluster: Cluster, say: (text: string) => void): Promise<Workloads> {
  const workloads = new Workloads(cluster);
  await createMesh(cluster.api);
  const plan = [
    { zone: 'zone-1', spec: { service: 'frontend', name: 'frontend-1' } },
    { zone: 'zone-2', spec: { service: 'backend', name: 'backend-1' } },
  ];
  await workloads.startAll(plan, say);
  const probe = () => callFromFrontend({ cluster, workloads }, 'backend');
  await until({ what: 'frontend reaches backend', probe, holds: ({ status }) => status === 200 });
  return workloads;
}
