import { join } from 'node:path';
import type { Command } from 'commander';
import { type RotationDeps, rotationCommand } from '../../runtime/rotationCommand.ts';
import { GLOBAL_PREFIX, type GlobalConfig, readGlobalConfig } from '../config.ts';
import { openEventLog } from '../log/eventLog.ts';
import { openDb } from '../log/openDb.ts';
import { secretKeys } from '../log/secretKeys.ts';
import { whileStopped } from '../relay/whileStopped.ts';
import { checkKeyEncryptionKey } from './checkKeyEncryptionKey.ts';
import { dropFormerKeyEncryptionKeys, keyEncryptionKeys, makeNextKeyEncryptionKey } from './keyEncryptionKey.ts';
import { wrapAnew } from './wrapAnew.ts';

/** `meridian rotate secrets-key`: works on the event log's database and the key's file while global is stopped. */
export function rotateSecretsKeyCommand(deps: RotationDeps): Command {
  return rotationCommand(
    {
      name: 'secrets-key',
      description: "the next key that wraps the keys of secrets, while global is stopped; to be run as global's user",
      whose: "global's",
      prefix: GLOBAL_PREFIX,
      readConfig: readGlobalConfig,
      rotate,
    },
    deps,
  );
}

/**
 * The file holds both keys, on the disk, before the first data key is wrapped by the next one, and until the last one is: broken off
 * anywhere, global starts with what there is, and the same command goes on.
 */
async function rotate(config: GlobalConfig): Promise<readonly string[]> {
  const { 'store.url': url, 'data.dir': directory, 'secrets.key': given } = config;
  const file = config['secrets.keyFile'] || join(directory, 'secrets.key');
  const events = await openEventLog(await openDb({ url, directory }));
  try {
    // One that runs would wrap with the key that it read when it started.
    return await whileStopped(events, async () => {
      const store = secretKeys(events.db);
      const before = keyEncryptionKeys(file, given);
      await checkKeyEncryptionKey(before, store);
      if (before.length === 1) {
        if (given !== '') throw new Error(GIVE_BOTH);
        makeNextKeyEncryptionKey(file);
      }
      const { wrapped, unreadable } = await wrapAnew(keyEncryptionKeys(file, given), store);
      if (given === '') dropFormerKeyEncryptionKeys(file);
      return [
        `${wrapped} keys of secrets are wrapped by the next key; ${given === '' ? `${file} holds it` : USE_FIRST}`,
        'Give it to every instance of global before you start it, and keep a copy of it apart from the database.',
        'Backups that were made before open with the former key only: keep that one with them.',
        ...unreadable.map((rkey) => `${rkey} opens with none of the keys: delete it and write it anew`),
      ];
    });
  } finally {
    await events.close();
  }
}

const GIVE_BOTH =
  'the key is given by MERIDIAN_GLOBAL_SECRETS_KEY (secrets.key): give the next one and the present one, parted by a space (a key: `openssl rand -base64 32`)';
const USE_FIRST = 'give the first of the two alone from now on';
