import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { GlobalConfig } from '../config.ts';
import { type EventLog, openEventLog } from '../log/eventLog.ts';
import { openDb } from '../log/openDb.ts';
import { type SecretKeys, secretKeys } from '../log/secretKeys.ts';
import { checkKeyEncryptionKey } from '../secret/checkKeyEncryptionKey.ts';
import { type KeyEncryptionKeys, keyEncryptionKeys } from '../secret/keyEncryptionKey.ts';
import { type SecretSealer, secretSealer } from '../secret/secretSealer.ts';
import { ensureDefaults } from './ensureDefaults.ts';
import { SYSTEM } from './globalSecrets.ts';
import type { CommandDeps } from './ports.ts';
import { putResource } from './resourceCommands.ts';

type Options = Pick<GlobalConfig, 'store.url' | 'data.dir' | 'secrets.keyFile' | 'secrets.key' | 'mesh.createDefault'> &
  Pick<CommandDeps, 'now' | 'labelsOf'>;

/** The policy log and all that writing to it takes. */
export interface PolicyLog {
  readonly events: EventLog;
  readonly keys: SecretKeys;
  /** They wrap the data keys of secrets. */
  readonly keks: KeyEncryptionKeys;
  readonly sealer: SecretSealer;
  readonly commands: CommandDeps;
  /** What was made because this is the first start. */
  readonly made: readonly string[];
}

/**
 * Opens the policy log with what every installation has from its first start. Close `events` in the end.
 * @throws Error whose message is for the operator: the folder is in use, another key sealed the secrets
 */
export async function openPolicyLog(options: Options): Promise<PolicyLog> {
  const { now, labelsOf, 'data.dir': directory } = options;
  const events = await openEventLog(await openDb({ url: options['store.url'], directory }));
  try {
    const keys = secretKeys(events.db);
    const file = options['secrets.keyFile'] || join(directory, 'secrets.key');
    const keks = keyEncryptionKeys(file, options['secrets.key']);
    await checkKeyEncryptionKey(keks, keys);
    const sealer = secretSealer(keks, keys);
    const commands: CommandDeps = { log: events, sealer, now, newId: randomUUID, ...(labelsOf && { labelsOf }) };
    const made = await ensureDefaults(commands);
    if (options['mesh.createDefault']) await ensureDefaultMesh(commands, events);
    return { events, keys, keks, sealer, commands, made };
  } catch (error) {
    await events.close();
    throw error;
  }
}

async function ensureDefaultMesh(commands: CommandDeps, events: EventLog): Promise<void> {
  // Only in an empty log: a mesh "default" that somebody deleted stays deleted.
  const everMade = await events.find({ type: 'Mesh', mesh: '', name: 'default', limit: 1, order: 'asc' });
  if (everMade.length > 0) return;
  const at = commands.now().toISOString();
  const mesh: Resource<MeshSpec> = {
    type: 'Mesh',
    mesh: '',
    name: 'default',
    labels: {},
    creationTime: at,
    modificationTime: at,
    spec: {},
  };
  await putResource(commands, mesh, SYSTEM);
}
