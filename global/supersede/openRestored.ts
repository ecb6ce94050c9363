import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { GlobalConfig } from '../config.ts';
import { globalCredential } from '../hubAccess/credentials.ts';
import { readHubKeys } from '../hubAccess/readHubKeys.ts';
import { openEventLog } from '../log/eventLog.ts';
import { openDb } from '../log/openDb.ts';
import { secretKeys } from '../log/secretKeys.ts';
import { connectToHub } from '../relay/natsConnection.ts';
import { checkKeyEncryptionKey } from '../secret/checkKeyEncryptionKey.ts';
import { keyEncryptionKeys } from '../secret/keyEncryptionKey.ts';
import { keyGrants } from '../secret/keyGrants.ts';
import { secretSealer } from '../secret/secretSealer.ts';
import type { Restored } from './supersede.ts';

/**
 * Opens the log and connects to the hub as global does, without making anything; waits for the hub.
 * @throws Error for the operator: the log is empty, or another key sealed its secrets
 */
export async function openRestored(config: GlobalConfig): Promise<Restored & { close(): Promise<void> }> {
  const { 'store.url': store, 'data.dir': directory, 'nats.url': url } = config;
  const events = await openEventLog(await openDb({ url: store, directory }));
  try {
    if ((await events.head()) === 0) throw new Error('the log is empty: restore a backup first');
    const keks = keyEncryptionKeys(config['secrets.keyFile'] || join(directory, 'secrets.key'), config['secrets.key']);
    const keys = secretKeys(events.db);
    await checkKeyEncryptionKey(keks, keys);
    const sealer = secretSealer(keks, keys);
    const hubKeys = await readHubKeys({ log: events, sealer, now: () => new Date(), newId: randomUUID });
    const ca = hubKeys.trusted;
    const hub = await connectToHub({ url, ca, credential: await globalCredential(hubKeys) });
    const close = async () => {
      await hub.nats.close();
      await events.close();
    };
    return { events, hub, keys: keyGrants(keks, keys), close };
  } catch (error) {
    await events.close();
    throw error;
  }
}
