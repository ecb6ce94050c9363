import { join } from 'node:path';
import { type Connection, connect } from '../../global/cli/connection.ts';
import type { Child } from './child.ts';
import { ControlPlane } from './controlPlane.ts';
import { folderOf, type Ground } from './ground.ts';
import { startNats } from './natsServer.ts';
import { freePorts } from './ports.ts';
import { type Joining, startZone, type Zone } from './zone.ts';

interface ClusterOptions {
  readonly zones: readonly string[];
  readonly dpAuth: 'dpToken' | 'none';
  /** `postgres://…`; absent: the embedded log. */
  readonly store?: string | undefined;
}

/** Hub, global and zones, all running and ready. */
export interface Cluster {
  readonly ground: Ground;
  /** The hub's nats-server: global publishes to it, the zones' servers are leaf nodes of it. */
  readonly hub: { readonly url: string };
  readonly global: ControlPlane;
  readonly zones: readonly Zone[];
  /** REST API of global. */
  readonly api: Connection;
  /** Port that every virtual IP listens on. */
  readonly vipPort: number;
  /** How more zones join. */
  readonly joining: Joining;
}

/** Global and the hub's nats-server. */
export interface GlobalAndHub extends Pick<Cluster, 'hub' | 'global' | 'api' | 'joining'> {
  /** Starts the hub's nats-server again, on the same port and files. */
  readonly startHub: () => Promise<Child>;
  readonly hubServer: Child;
  /** Settings of global. */
  readonly env: Readonly<Record<string, string>>;
}

/** @throws StartError; what was started is the family's to stop. */
export async function startGlobal(
  ground: Ground,
  { store }: Pick<ClusterOptions, 'store'>,
  say: (text: string) => void,
): Promise<GlobalAndHub> {
  const [apiPort = 0, diagnosticsPort = 0, hubPort = 0, leafPort = 0, httpsPort = 0] = await freePorts(5);
  const hubFolder = folderOf(ground, 'nats-hub');
  const hub = { url: `tls://127.0.0.1:${hubPort}` };
  const env = {
    MERIDIAN_GLOBAL_API_PORT: String(apiPort),
    MERIDIAN_GLOBAL_API_HTTPS_PORT: String(httpsPort),
    MERIDIAN_GLOBAL_API_HTTPS_SELF_ISSUED: 'true',
    MERIDIAN_GLOBAL_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_GLOBAL_DATA_DIR: folderOf(ground, 'global'),
    MERIDIAN_GLOBAL_STORE_URL: store ?? '',
    MERIDIAN_GLOBAL_NATS_URL: hub.url,
    MERIDIAN_GLOBAL_HUB_DIR: hubFolder,
    MERIDIAN_GLOBAL_HUB_LEAF_URL: `tls://127.0.0.1:${leafPort}`,
  };
  const global = new ControlPlane(ground, 'global', 'global', env);
  global.launch();
  const config = await global.natsConfig();
  const startHub = () => startNats(ground, 'nats-hub', hubPort, config);
  const hubServer = await startHub();
  say(`nats-server of the hub is ready at ${hub.url}`);
  await global.ready();
  say(`global is ready at ${global.url}`);
  const api = connect({ address: global.url, timeout: 30_000 });
  const joining = { api, url: global.https, caFile: join(hubFolder, 'ca.crt') };
  return { hub, global, api, joining, startHub, hubServer, env };
}

/** Starts the hub, global and the zones in this order. @throws StartError; what was started is the family's to stop. */
export async function startCluster(
  ground: Ground,
  options: ClusterOptions,
  say: (text: string) => void,
): Promise<Cluster> {
  const [vipPort = 0] = await freePorts(1);
  const { hub, global, api, joining } = await startGlobal(ground, options, say);
  const zones = await Promise.all(
    options.zones.map(async (name) => {
      const zone = await startZone(ground, joining, { name, dpAuth: options.dpAuth, vipPort });
      say(`${name} is ready at ${zone.controlPlane.url}, proxies at ${zone.ads}`);
      return zone;
    }),
  );
  return { ground, hub, global, zones, api, vipPort, joining };
}
