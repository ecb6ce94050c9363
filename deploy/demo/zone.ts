import { join } from 'node:path';
import type { Connection } from '../../global/cli/connection.ts';
import { ControlPlane } from './controlPlane.ts';
import { folderOf, type Ground } from './ground.ts';
import { startNats } from './natsServer.ts';
import { freePorts } from './ports.ts';
import { writeSecretFile } from './runAs.ts';

/** A zone: its nats-server, a leaf node of the hub, and its control plane. */
export interface Zone {
  readonly name: string;
  readonly controlPlane: ControlPlane;
  /** The zone's own nats-server. */
  readonly nats: { readonly url: string };
  /** `host:port` of the dp-server. */
  readonly ads: string;
  /** PEM file of the CA that proxies know it by. */
  readonly caFile: string;
}

/** How a zone joins. */
export interface Joining {
  /** REST API of global, for the zone token. */
  readonly api: Connection;
  /** The same over TLS, for the zone. */
  readonly url: string;
  /** CA of its certificate. */
  readonly caFile: string;
}

interface ZoneOptions {
  readonly name: string;
  readonly dpAuth: 'dpToken' | 'none';
  /** Port of every virtual IP. */
  readonly vipPort: number;
  /** Goes on where a control plane that was alone stopped: with its data folder, at its address for proxies. */
  readonly after?: { readonly zoneData: string; readonly ads: string };
}

/**
 * Starts the control plane, which joins with a zone token, then the nats-server that it wrote the configuration of; resolves
 * when the zone is ready. @throws StartError
 */
export async function startZone(ground: Ground, global: Joining, options: ZoneOptions): Promise<Zone> {
  const { name } = options;
  const { controlPlane, natsPort, caFile } = await zoneControlPlane(ground, global, options);
  controlPlane.launch();
  await startNats(ground, `nats-${name}`, natsPort, await controlPlane.natsConfig());
  await controlPlane.ready();
  return { name, controlPlane, nats: { url: natsUrl(natsPort) }, ads: controlPlane.ads, caFile };
}

/** The control plane of a zone, with its token but not started, and the port that it expects its nats-server at. */
export async function zoneControlPlane(
  ground: Ground,
  global: Joining,
  { name, dpAuth, vipPort, after }: ZoneOptions,
): Promise<{
  readonly controlPlane: ControlPlane;
  readonly natsPort: number;
  /** As of `Zone`. */
  readonly caFile: string;
  readonly env: Readonly<Record<string, string>>;
}> {
  const [natsPort = 0, apiPort = 0, dpPort = 0, diagnosticsPort = 0] = await freePorts(4);
  const token = await global.api.send('POST', '/tokens/zone', { body: { zone: name, scope: ['cp'] } });
  const data = after?.zoneData ?? folderOf(ground, name);
  const tokenFile = writeSecretFile(join(data, 'zone.token'), String(token.body), ground.runAs);
  const env = {
    MERIDIAN_ZONE_NAME: name,
    MERIDIAN_ZONE_API_PORT: String(apiPort),
    MERIDIAN_ZONE_DP_PORT: after?.ads.split(':')[1] ?? String(dpPort),
    MERIDIAN_ZONE_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_ZONE_DATA_DIR: data,
    MERIDIAN_ZONE_GLOBAL_URL: global.url,
    MERIDIAN_ZONE_GLOBAL_CA_FILE: global.caFile,
    MERIDIAN_ZONE_GLOBAL_TOKEN_FILE: tokenFile,
    MERIDIAN_ZONE_NATS_URL: natsUrl(natsPort),
    MERIDIAN_ZONE_LEAF_DIR: folderOf(ground, `nats-${name}`),
    MERIDIAN_ZONE_DP_AUTH: dpAuth,
    MERIDIAN_ZONE_SERVICE_VIP_PORT: String(vipPort),
  };
  const caFile = join(data, 'dp-server.crt');
  return { controlPlane: new ControlPlane(ground, name, 'zone', env), natsPort, caFile, env };
}

const natsUrl = (port: number) => `tls://127.0.0.1:${port}`;
