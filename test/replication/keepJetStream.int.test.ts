import { expect, it, onTestFinished } from 'vitest';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { keepJetStream } from '../../nats/keepJetStream.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/tempDir.ts';
import { startHubServer } from './wiring.ts';

it('a control plane that stops while JetStream is switched off and on does not leave it switched off', async () => {
  const { path, remove } = await tempDir('keep-jetstream');
  onTestFinished(remove);
  const { server, connection, file, keys, url } = await startHubServer(path);
  onTestFinished(async () => {
    await connection.nats.close();
    await server.stop();
  });
  const system = await connectToSystem({ url, ca: keys.trusted, credential: await systemCredential(keys) });
  const isOff = Promise.withResolvers<void>();
  const kept = keepJetStream({
    connection,
    file,
    reload: async () => {
      await reloadServer(system);
      isOff.resolve();
    },
    // As after a full disk.
    writeErrors: async () => ['write error'],
    onError: () => {},
  });
  await isOff.promise;
  await kept.stop();
  await system.close();
  await eventually(async () => {
    expect(await connection.jsm.getAccountInfo()).toMatchObject({ streams: 0 });
  });
}, 120_000);
