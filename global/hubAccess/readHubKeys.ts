import type { CommandDeps } from '../command/ports.ts';
import { isHubKey, type HubKeys, parseHubKeys } from './hubKeys.ts';
import { readGlobalSecret } from './readGlobalSecret.ts';

/** The hub's keys as they are in the log, opened. @throws Error that says what is missing. */
export async function readHubKeys(deps: CommandDeps): Promise<HubKeys> {
  const names = (await deps.log.list('GlobalSecret')).map(({ resource }) => resource.name).filter(isHubKey);
  const texts = await Promise.all(
    names.map(async (name) => [name, (await readGlobalSecret(deps, name)) ?? ''] as const),
  );
  return parseHubKeys(new Map(texts));
}
