import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { encodeAccount, encodeUser } from '@nats-io/jwt';
import { createUser } from '@nats-io/nkeys';
import { jwtAuthenticator } from '@nats-io/transport-node';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '../../deploy/process/ports.ts';
import { Process } from '../../deploy/process/process.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { ensureZone } from '../../global/command/ensureZone.ts';
import { SYSTEM, secret } from '../../global/command/globalSecrets.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { putResource } from '../../global/command/resourceCommands.ts';
import { readGlobalConfig } from '../../global/config.ts';
import { globalCredential, systemCredential } from '../../global/hubAccess/credentials.ts';
import { ensureHubKeys } from '../../global/hubAccess/ensureHubKeys.ts';
import type { HubKeys } from '../../global/hubAccess/hubKeys.ts';
import { readHubKeys } from '../../global/hubAccess/readHubKeys.ts';
import { hubCredentials } from '../../global/log/hubCredentials.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { openHub } from '../../global/relay/openHub.ts';
import { startRelaying } from '../../global/relay/startRelaying.ts';
import { keyGrants } from '../../global/secret/keyGrants.ts';
import { startRuntime } from '../../runtime/runtime.ts';
import { tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import { connectToHubAs, connectWithJwt } from './hubClient.ts';

/** What global has and does when it starts, and the nats-server of its hub. */
async function globalAndHub() {
  const { path, remove } = await tempDir('hub-restart');
  onTestFinished(remove);
  const [port = 0, leafPort = 0] = await freePorts(2);
  const config = readGlobalConfig(undefined, {
    MERIDIAN_GLOBAL_DATA_DIR: path,
    MERIDIAN_GLOBAL_NATS_URL: `tls://127.0.0.1:${port}`,
    MERIDIAN_GLOBAL_HUB_LEAF_URL: `tls://127.0.0.1:${leafPort}`,
  });
  const runtime = startRuntime({ cp: 'global', level: 'silent' }, { registry: await loadRegistry(), version: 'test' });
  const { events, commands, keys: secretKeys, keks } = await openPolicyLog({ ...config, now: runtime.now });
  onTestFinished(() => events.close());
  await ensureHubKeys(commands);
  const credentials = hubCredentials(events.db);
  const keys = await readHubKeys(commands);
  const startServer = async () => {
    const file = join(path, 'hub', 'hub.conf');
    const server = new Process({ name: 'nats-server', file: toolPath('nats-server'), args: ['-c', file] });
    onTestFinished(async () => void (await server.stop()));
    await server.line(/Server is ready/);
    return server;
  };
  const startGlobal = () => openHub({ config, commands, credentials, runtime });
  const startRelay = ({ hub, system }: Awaited<ReturnType<typeof openHub>>) => {
    const held = { grants: keyGrants(keks, secretKeys), departures: secretKeys };
    const relaying = startRelaying({ events, commands, credentials, hub, system, ...held, runtime });
    onTestFinished(() => relaying.stop());
    return relaying;
  };
  return { url: config['nats.url'], runtime, commands, credentials, keys, startServer, startGlobal, startRelay };
}

it('a hub that starts again with what a new global wrote keeps out who was revoked before', async () => {
  const { url, runtime, commands, credentials, keys, startServer, startGlobal } = await globalAndHub();
  await ensureZone(commands, 'zone-1', 'test');
  const key = createUser();
  const [userKey, issuedAt] = [key.getPublicKey(), runtime.now()];
  const expiresAt = new Date(issuedAt.getTime() + 3_600_000);
  const tokenKey = 'zone-token-signing-key-1';
  await credentials.add({ userKey, zone: 'zone-1', tokenId: 'token-1', tokenKey, issuedAt, expiresAt });
  const jwt = await encodeUser('zone-1', key, keys.account, {}, { signer: keys.signing[0] ?? keys.account });
  const asZone = () => connectWithJwt({ url, keys }, jwt, key);

  const [first, server] = [startGlobal(), await untilWritten(startServer)];
  await (await first).close();
  await (await asZone()).close();

  await putResource(commands, secret(commands, 'zone-token-revocations', 'token-1'), SYSTEM);
  const next = await startGlobal();
  // What is written anew is no reason for the server that runs to refuse it: it would not read a new certificate either.
  for (const { apply } of next.certificates) await apply?.();
  await next.close();
  await server.stop();
  await startServer();
  await expect(asZone()).rejects.toThrow('Authorization Violation');
});

it('the relay is in no trouble any more when a hub that was away is back, although nobody writes', async () => {
  const { startServer, startGlobal, startRelay } = await globalAndHub();
  const [starting, server] = [startGlobal(), await untilWritten(startServer)];
  const opened = await starting;
  onTestFinished(() => opened.close());
  const relaying = startRelay(opened);
  await eventually(async () => expect((await opened.hub.jsm.streams.info('EVENTS')).state.last_seq).toBeGreaterThan(0));
  await server.stop();
  await eventually(() => expect(relaying.trouble()).not.toBe(''));
  await startServer();
  await eventually(() => expect(relaying.trouble()).toBe(''));
});

it('a hub that an older version started is told how it is asked from now on, while it runs', async () => {
  const { url, keys, startServer, startGlobal } = await globalAndHub();
  const [coming, server] = [startGlobal(), await untilWritten(startServer)];
  const first = await coming;
  await first.hub.jsm.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await first.close();
  const options = { url, ca: keys.trusted, credential: await systemCredential(keys) };
  const system = await connectToSystem(options);
  // Its clock was ahead.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 3_600_000 });
  const claims = {
    limits: { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  };
  const older = await encodeAccount('SYS', keys.systemAccount, claims, { signer: keys.operator });
  vi.useRealTimers();
  expect((await system.request('$SYS.REQ.CLAIMS.UPDATE', older)).json()).toMatchObject({ data: { code: 200 } });
  await expect(connectToHubOnce(url, keys)).rejects.toThrow();
  const starting = startGlobal();
  // Global waits for as long as it gets no answer.
  await eventually(() => connectToHubOnce(url, keys));
  const next = await starting;
  expect(await next.hub.jsm.streams.names().next()).toEqual(['KEPT']);
  await next.close();
  await system.close();
  expect(server.running).toBe(true);
});

/** Asks the hub as global does, once. */
async function connectToHubOnce(url: string, keys: HubKeys): Promise<void> {
  const { jwt, seed, api } = await globalCredential(keys);
  const nats = await connectToHubAs({ url, keys }, { authenticator: jwtAuthenticator(jwt, seed) });
  try {
    await jetstreamManager(nats, { apiPrefix: api, timeout: 1_000 });
  } finally {
    await nats.close();
  }
}

/** Global writes the configuration and waits for a server that was started with it. */
async function untilWritten<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
