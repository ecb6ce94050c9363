import { randomBytes } from 'node:crypto';
import { hubConfig } from '../nats/hubConfig.ts';
import type { Ground } from './ground.ts';
import { type NatsAccess, startNats } from './natsServer.ts';
import { freePorts } from './ports.ts';

/** The hub: the nats-server that global publishes to and that the zones' servers are leaf nodes of. */
export interface Hub {
  readonly nats: NatsAccess;
  readonly leafUrl: string;
  /** What each zone's server proves itself with. */
  readonly zones: ReadonlyMap<string, { readonly user: string; readonly password: string }>;
}

/** @throws StartError */
export async function startHub(ground: Ground, zoneNames: readonly string[]): Promise<Hub> {
  const [port = 0, leafPort = 0] = await freePorts(2);
  const secret = () => randomBytes(16).toString('hex');
  const nats = { url: `nats://127.0.0.1:${port}`, user: 'global', password: secret() };
  const zones = new Map(zoneNames.map((zone) => [zone, { user: zone, password: secret() }]));
  await startNats(ground, 'nats-hub', port, (store) =>
    hubConfig({
      listen: `127.0.0.1:${port}`,
      leafListen: `127.0.0.1:${leafPort}`,
      store,
      user: nats.user,
      password: nats.password,
      zones: [...zones].map(([zone, { password }]) => ({ zone, password })),
    }),
  );
  return { nats, leafUrl: `nats-leaf://127.0.0.1:${leafPort}`, zones };
}
