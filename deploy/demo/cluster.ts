import { type Connection, connect } from '../../global/cli/connection.ts';
import { ControlPlane } from './controlPlane.ts';
import { folderOf, type Ground } from './ground.ts';
import { type Hub, startHub } from './hub.ts';
import { freePorts } from './ports.ts';
import { startZone, type Zone } from './zone.ts';

export interface ClusterOptions {
  readonly zones: readonly string[];
  readonly dpAuth: 'dpToken' | 'none';
  /** `postgres://…`; absent: the embedded log. */
  readonly store?: string | undefined;
}

/** Hub, global and zones, all running and ready. */
export interface Cluster {
  readonly ground: Ground;
  readonly hub: Hub;
  readonly global: ControlPlane;
  readonly zones: readonly Zone[];
  /** REST API of global. */
  readonly api: Connection;
  /** Port that every virtual IP listens on. */
  readonly vipPort: number;
}

/** Starts the hub, global and the zones in this order. @throws StartError; what was started is the family's to stop. */
export async function startCluster(
  ground: Ground,
  options: ClusterOptions,
  say: (text: string) => void,
): Promise<Cluster> {
  const hub = await startHub(ground, options.zones);
  say(`nats-server of the hub is ready at ${hub.nats.url}`);
  const [apiPort = 0, diagnosticsPort = 0, vipPort = 0] = await freePorts(3);
  const global = new ControlPlane(ground, 'global', 'global', {
    MERIDIAN_GLOBAL_API_PORT: String(apiPort),
    MERIDIAN_GLOBAL_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_GLOBAL_DATA_DIR: folderOf(ground, 'global'),
    MERIDIAN_GLOBAL_STORE_URL: options.store ?? '',
    MERIDIAN_GLOBAL_NATS_URL: hub.nats.url,
    MERIDIAN_GLOBAL_NATS_USER: hub.nats.user,
    MERIDIAN_GLOBAL_NATS_PASSWORD: hub.nats.password,
  });
  await global.start();
  say(`global is ready at ${global.url}`);
  const zones = await Promise.all(
    options.zones.map(async (name) => {
      const zone = await startZone(ground, hub, { name, dpAuth: options.dpAuth, vipPort });
      say(`${name} is ready at ${zone.controlPlane.url}, proxies at ${zone.ads}`);
      return zone;
    }),
  );
  return { ground, hub, global, zones, api: connect({ address: global.url, timeout: 30_000 }), vipPort };
}
