import { join } from 'node:path';
import { type Connection, connect } from '../../global/cli/connection.ts';
import { ControlPlane } from './controlPlane.ts';
import { folderOf, type Ground } from './ground.ts';
import { freePorts } from './ports.ts';

export interface StandaloneOptions {
  /** Name of its zone. */
  readonly name: string;
  readonly dpAuth: 'dpToken' | 'none';
  /** `postgres://…`; absent: the embedded log. */
  readonly store?: string | undefined;
}

/** A control plane that is alone: global and its only zone in one process. */
export interface Standalone {
  readonly name: string;
  readonly controlPlane: ControlPlane;
  readonly api: Connection;
  /** `host:port` of the dp-server. */
  readonly ads: string;
  /** PEM file of the CA that proxies know it by. */
  readonly caFile: string;
  /** Port that every virtual IP listens on. */
  readonly vipPort: number;
  /** Its folder `zone`, which a zone control plane can go on with. */
  readonly zoneData: string;
}

/** Resolves when it is ready. @throws StartError */
export async function startStandalone(ground: Ground, { name, dpAuth, store }: StandaloneOptions): Promise<Standalone> {
  const [apiPort = 0, dpPort = 0, diagnosticsPort = 0, vipPort = 0] = await freePorts(4);
  const data = folderOf(ground, 'standalone');
  const controlPlane = new ControlPlane(ground, 'standalone', 'standalone', {
    MERIDIAN_STANDALONE_NAME: name,
    MERIDIAN_STANDALONE_API_PORT: String(apiPort),
    MERIDIAN_STANDALONE_DP_PORT: String(dpPort),
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: String(diagnosticsPort),
    MERIDIAN_STANDALONE_DATA_DIR: data,
    MERIDIAN_STANDALONE_STORE_URL: store ?? '',
    MERIDIAN_STANDALONE_DP_AUTH: dpAuth,
    MERIDIAN_STANDALONE_SERVICE_VIP_PORT: String(vipPort),
  });
  await controlPlane.start();
  const api = connect({ address: controlPlane.url, timeout: 30_000 });
  const zoneData = join(data, 'zone');
  return { name, controlPlane, api, ads: controlPlane.ads, caFile: join(zoneData, 'dp-server.crt'), vipPort, zoneData };
}
