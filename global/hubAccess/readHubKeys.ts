import { openCurrent } from '../command/appendChange.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { isHubKey, type HubKeys, parseHubKeys } from './hubKeys.ts';

/** The hub's keys as they are in the log, opened. @throws Error that says what is missing. */
export async function readHubKeys(deps: CommandDeps): Promise<HubKeys> {
  const secrets = (await deps.log.list('GlobalSecret')).filter(({ resource }) => isHubKey(resource.name));
  const opened = await Promise.all(secrets.map((current) => openCurrent(deps, current)));
  return parseHubKeys(
    new Map(
      opened.flatMap((current) => {
        if (!current) return [];
        const { data = '' } = current.resource.spec as SecretSpec;
        return [[current.resource.name, Buffer.from(data, 'base64').toString('utf8')] as const];
      }),
    ),
  );
}
