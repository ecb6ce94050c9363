import { join } from 'node:path';
import type { Runtime } from '../../runtime/runtime.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { GlobalConfig } from '../config.ts';
import { globalCredential, systemCredential } from '../hubAccess/credentials.ts';
import { readHubKeys } from '../hubAccess/readHubKeys.ts';
import type { OwnCertificate } from '../certificate/keepCertificates.ts';
import { currentAccount } from '../hubAccess/currentAccount.ts';
import { reloadHub } from './reloadHub.ts';
import { hubCertificate, type HubOptions, writeHubConfig } from '../hubAccess/writeHubConfig.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { connectToHub, connectToSystem } from './natsConnection.ts';

type Deps = {
  readonly config: GlobalConfig;
  readonly commands: CommandDeps;
  readonly credentials: HubCredentials;
  readonly runtime: Pick<Runtime, 'log' | 'now' | 'onError'>;
};

/** Writes what the hub's nats-server is started with, and connects to it: as global and, to administer it, as the system. */
export async function openHub({ config, commands, credentials, runtime: { log, now, onError } }: Deps) {
  const keys = await readHubKeys(commands);
  const { 'nats.url': url } = config;
  const options: HubOptions = {
    folder: config['hub.dir'] || join(config['data.dir'], 'hub'),
    host: config['hub.host'],
    url,
    leafUrl: config['hub.leafUrl'],
    names: config['hub.names'],
    now: now(),
    // Of the same time as what says otherwise: a hub that starts again keeps out who was revoked before, with or without us.
    account: await (await currentAccount({ commands, issued: credentials })).sign(''),
  };
  // The one that a hub which runs already has been started with may be another.
  let { renewed } = await hubCertificate(keys, options);
  const file = await writeHubConfig(keys, options);
  log.info({ file }, 'hub configured');
  const ca = keys.ca.certificatePem;
  const hub = await connectToHub({
    url,
    ca,
    onWaiting: onError('global waits'),
    credential: await globalCredential(keys),
  });
  const system = await connectToSystem({ url, ca, credential: await systemCredential(keys) });
  const close = async () => {
    await system.close();
    await hub.nats.close();
  };
  const certificate: OwnCertificate = {
    name: 'hub',
    renew: async () => {
      const files = await hubCertificate(keys, { ...options, now: now() });
      renewed ||= files.renewed;
      return { ...files, renewed };
    },
    apply: async () => {
      await reloadHub(system);
      renewed = false;
    },
  };
  return { hub, system, ca: keys.ca, certificate, close };
}
