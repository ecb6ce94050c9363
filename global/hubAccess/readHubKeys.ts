import type { CommandDeps } from '../command/ports.ts';
import { isHubKey, type HubKeys, parseHubKeys } from './hubKeys.ts';
import { readGlobalSecret } from './readGlobalSecret.ts';

/** The hub's keys as they are in the log, opened. @throws Error that says what is missing. */
export async function readHubKeys(deps: CommandDeps): Promise<HubKeys> {
  const names = (await deps.log.list('GlobalSecret')).map(({ resource }) => resource.name).filter(isHubKey);
  const secrets = new Map<string, string>();
  for (const name of names) {
    const text = await readGlobalSecret(deps, name);
    // One that was retired meanwhile is no key any more.
    if (text !== undefined) secrets.set(name, text);
  }
  return parseHubKeys(secrets);
}
