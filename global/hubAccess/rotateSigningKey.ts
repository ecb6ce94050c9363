import type { NewEvent } from '../../shared/event/event.ts';
import { keyOf } from '../../shared/resource/resource.ts';
import { serialOf } from '../../http/token/signingKey.ts';
import { appendChange } from '../command/appendChange.ts';
import { SYSTEM, secret } from '../command/globalSecrets.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { makeSigningSeed, SIGNING_KEY_PREFIX } from './hubKeys.ts';
import { retiredKeys, type SigningKey } from './retiredKeys.ts';

/**
 * Makes the next key that credentials for the hub are signed with. Those of the keys before it hold until `retireSigningKeys` finds
 * that no zone needs them. @returns the name of its GlobalSecret @throws VersionConflict when somebody else does the same
 */
export async function rotateSigningKey(commands: CommandDeps): Promise<string> {
  const keys = await signingKeys(commands);
  if (keys.length === 0) throw new Error('this log has no keys of a hub yet; start global on it first');
  const serial = Math.max(...keys.map((key) => key.serial));
  const made = secret(commands, `${SIGNING_KEY_PREFIX}-${serial + 1}`, makeSigningSeed());
  await appendChange(
    commands,
    [{ type: 'ResourceCreated', key: keyOf(made), resource: made, expectedVersion: 0 }],
    SYSTEM,
  );
  return made.name;
}

/** Deletes the signing keys that no zone needs any more: what they signed holds no longer. @returns their names */
export async function retireSigningKeys(commands: CommandDeps, issued: HubCredentials): Promise<readonly string[]> {
  const keys = await signingKeys(commands);
  if (keys.length < 2) return [];
  const zones = new Set((await commands.log.list('Zone')).map(({ resource }) => resource.name));
  const retired = retiredKeys(keys, await issued.current(commands.now()), zones);
  if (retired.length === 0) return [];
  const events = retired.map(
    ({ name, version }): NewEvent => ({
      type: 'ResourceDeleted',
      key: { type: 'GlobalSecret', mesh: '', name },
      resource: null,
      expectedVersion: version,
    }),
  );
  await appendChange(commands, events, { ...SYSTEM, message: 'all zones have credentials of the next key' });
  return retired.map(({ name }) => name);
}

async function signingKeys({ log }: CommandDeps): Promise<(SigningKey & { readonly version: number })[]> {
  return (await log.list('GlobalSecret')).flatMap(({ resource: { name, creationTime }, version }) => {
    const serial = serialOf(name, SIGNING_KEY_PREFIX) ?? 0;
    return serial > 0 ? [{ name, serial, version, since: new Date(creationTime) }] : [];
  });
}
