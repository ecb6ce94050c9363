import { join } from 'node:path';
import { encodeUser } from '@nats-io/jwt';
import { createUser } from '@nats-io/nkeys';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../deploy/process/ports.ts';
import { Process } from '../../deploy/process/process.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { ensureZone } from '../../global/command/ensureZone.ts';
import { SYSTEM, secret } from '../../global/command/globalSecrets.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { putResource } from '../../global/command/resourceCommands.ts';
import { readGlobalConfig } from '../../global/config.ts';
import { ensureHubKeys } from '../../global/hubAccess/ensureHubKeys.ts';
import { readHubKeys } from '../../global/hubAccess/readHubKeys.ts';
import { hubCredentials } from '../../global/log/hubCredentials.ts';
import { openHub } from '../../global/relay/openHub.ts';
import { startRuntime } from '../../runtime/runtime.ts';
import { tempDir } from '../support/tempDir.ts';
import { connectWithJwt } from './hubClient.ts';

it('a hub that starts again with what a new global wrote keeps out who was revoked before', async () => {
  const { path, remove } = await tempDir('hub-restart');
  onTestFinished(remove);
  const [port = 0, leafPort = 0] = await freePorts(2);
  const config = readGlobalConfig(undefined, {
    MERIDIAN_GLOBAL_DATA_DIR: path,
    MERIDIAN_GLOBAL_NATS_URL: `tls://127.0.0.1:${port}`,
    MERIDIAN_GLOBAL_HUB_LEAF_URL: `tls://127.0.0.1:${leafPort}`,
  });
  const runtime = startRuntime({ cp: 'global', level: 'silent' }, { registry: await loadRegistry(), version: 'test' });
  const { events, commands } = await openPolicyLog({ ...config, now: runtime.now });
  onTestFinished(() => events.close());
  await ensureHubKeys(commands);
  await ensureZone(commands, 'zone-1', 'test');
  const credentials = hubCredentials(events.db);
  const keys = await readHubKeys(commands);
  const key = createUser();
  const [userKey, issuedAt] = [key.getPublicKey(), runtime.now()];
  const expiresAt = new Date(issuedAt.getTime() + 3_600_000);
  const tokenKey = 'zone-token-signing-key-1';
  await credentials.add({ userKey, zone: 'zone-1', tokenId: 'token-1', tokenKey, issuedAt, expiresAt });
  const jwt = await encodeUser('zone-1', key, keys.account, {}, { signer: keys.signing[0] ?? keys.account });
  const asZone = () => connectWithJwt({ url: config['nats.url'], keys }, jwt, key);

  const startServer = async () => {
    const file = join(path, 'hub', 'hub.conf');
    const server = new Process({ name: 'nats-server', file: toolPath('nats-server'), args: ['-c', file] });
    onTestFinished(async () => void (await server.stop()));
    await server.line(/Server is ready/);
    return server;
  };
  /** As global does when it starts. */
  const startGlobal = () => openHub({ config, commands, credentials, runtime });

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
}, 120_000);

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
