import { randomBytes } from 'node:crypto';
import { leafConfig } from '../nats/leafConfig.ts';
import { ControlPlane } from './controlPlane.ts';
import { folderOf, type Ground } from './ground.ts';
import type { Hub } from './hub.ts';
import { type NatsAccess, startNats } from './natsServer.ts';
import { freePorts } from './ports.ts';

/** A zone: its nats-server, a leaf node of the hub, and its control plane. */
export interface Zone {
  readonly name: string;
  readonly controlPlane: ControlPlane;
  readonly nats: NatsAccess;
  /** `host:port` of the dp-server. */
  readonly ads: string;
}

export interface ZoneOptions {
  readonly name: string;
  readonly dpAuth: 'dpToken' | 'none';
  /** Port of every virtual IP. */
  readonly vipPort: number;
}

/** Starts the leaf, then the control plane; resolves when it is ready. @throws StartError */
export async function startZone(ground: Ground, hub: Hub, { name, dpAuth, vipPort }: ZoneOptions): Promise<Zone> {
  const [natsPort = 0, apiPort = 0, dpPort = 0, diagnosticsPort = 0] = await freePorts(4);
  const nats = { url: `nats://127.0.0.1:${natsPort}`, user: 'cp', password: randomBytes(16).toString('hex') };
  const upstream = hub.zones.get(name);
  if (!upstream) throw new Error(`the hub does not know the zone ${name}`);
  await startNats(ground, `nats-${name}`, natsPort, (store) =>
    leafConfig({
      zone: name,
      listen: `127.0.0.1:${natsPort}`,
      store,
      user: nats.user,
      password: nats.password,
      hub: { url: hub.leafUrl, user: upstream.user, password: upstream.password },
    }),
  );
  const controlPlane = new ControlPlane(ground, name, 'zone', {
    MERIDIAN_ZONE_NAME: name,
    MERIDIAN_ZONE_API_PORT: String(apiPort),
    MERIDIAN_ZONE_DP_PORT: String(dpPort),
    MERIDIAN_ZONE_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_ZONE_DATA_DIR: folderOf(ground, name),
    MERIDIAN_ZONE_NATS_URL: nats.url,
    MERIDIAN_ZONE_NATS_USER: nats.user,
    MERIDIAN_ZONE_NATS_PASSWORD: nats.password,
    MERIDIAN_ZONE_DP_AUTH: dpAuth,
    MERIDIAN_ZONE_SERVICE_VIP_PORT: String(vipPort),
  });
  await controlPlane.start();
  return { name, controlPlane, nats, ads: controlPlane.ads };
}
