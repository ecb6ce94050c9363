import { join } from 'node:path';
import { keepJetStream } from '../../nats/keepJetStream.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { writeErrors } from '../../nats/writeErrors.ts';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { endOfCa, followedCertificate } from '../../runtime/certificate/readCertificate.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { GlobalConfig } from '../config.ts';
import { globalCredential, systemCredential } from '../hubAccess/credentials.ts';
import { readHubKeys } from '../hubAccess/readHubKeys.ts';
import { currentAccount, currentAccounts } from '../hubAccess/currentAccount.ts';
import { hubCertificate, type HubOptions, writeHubCa, writeHubConfig } from '../hubAccess/writeHubConfig.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { connectToHub, connectToSystem } from './natsConnection.ts';
import { openGate } from './openGate.ts';

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
    account: await (await currentAccount({ commands, issued: credentials }, keys)).sign(''),
  };
  // The one that a hub which runs already has been started with may be another.
  const { renewed: pending } = await hubCertificate(keys, options);
  const file = await writeHubConfig(keys, options);
  log.info({ file }, 'hub configured');
  const caFile = writeHubCa(keys, options.folder);
  const ca = { caFile };
  const credential = await globalCredential(keys);
  const system = await connectToSystem({
    url,
    ca,
    onWaiting: onError('global waits'),
    credential: await systemCredential(keys),
  });
  await openGate({
    nats: system,
    systemAccount: keys.systemAccount.getPublicKey(),
    gate: credential.api,
    accounts: () => currentAccounts({ commands, issued: credentials }),
    onError: onError('the hub does not know its accounts yet'),
  });
  const hub = await connectToHub({ url, ca, credential });
  const jetStream = keepJetStream({
    connection: hub,
    file,
    reload: () => reloadServer(system),
    writeErrors: () => writeErrors(system),
    onError: onError("the hub's nats-server"),
  });
  const close = async () => {
    await jetStream.stop();
    await system.close();
    await hub.nats.close();
  };
  const certificates: OwnCertificate[] = [
    {
      name: 'hub',
      pending,
      renew: async () => {
        const current = await readHubKeys(commands);
        writeHubCa(current, options.folder);
        return hubCertificate(current, { ...options, now: now() });
      },
      apply: () => reloadServer(system),
    },
    followedCertificate('hub-ca', caFile, endOfCa),
  ];
  const signingCa = async () => (await readHubKeys(commands)).ca;
  return { hub, system, signingCa, certificates, trouble: jetStream.trouble, close };
}
