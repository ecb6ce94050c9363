import { join } from 'node:path';
import type { Runtime } from '../../runtime/runtime.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { GlobalConfig } from '../config.ts';
import { globalCredential, systemCredential } from '../hubAccess/credentials.ts';
import { readHubKeys } from '../hubAccess/readHubKeys.ts';
import { writeHubConfig } from '../hubAccess/writeHubConfig.ts';
import { connectToHub, connectToSystem } from './natsConnection.ts';

type Deps = {
  readonly config: GlobalConfig;
  readonly commands: CommandDeps;
  readonly runtime: Pick<Runtime, 'log' | 'now'>;
};

/** Writes what the hub's nats-server is started with, and connects to it: as global and, to administer it, as the system. */
export async function openHub({ config, commands, runtime: { log, now } }: Deps) {
  const keys = await readHubKeys(commands);
  const { 'nats.url': url } = config;
  const file = await writeHubConfig(keys, {
    folder: config['hub.dir'] || join(config['data.dir'], 'hub'),
    host: config['hub.host'],
    url,
    leafUrl: config['hub.leafUrl'],
    names: config['hub.names'],
    now: now(),
  });
  log.info({ file }, 'hub configured');
  const ca = keys.ca.certificatePem;
  const hub = await connectToHub({ url, ca, credential: await globalCredential(keys) });
  const system = await connectToSystem({ url, ca, credential: await systemCredential(keys) });
  const close = async () => {
    await system.close();
    await hub.nats.close();
  };
  return { hub, system, ca: keys.ca, close };
}
