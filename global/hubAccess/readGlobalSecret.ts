import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { openCurrent } from '../command/appendChange.ts';
import type { CommandDeps } from '../command/ports.ts';

/** The payload of a GlobalSecret as text; `undefined` when there is none of that name. */
export async function readGlobalSecret(deps: CommandDeps, name: string): Promise<string | undefined> {
  const current = await openCurrent(deps, await deps.log.current({ type: 'GlobalSecret', mesh: '', name }));
  const data = (current?.resource.spec as SecretSpec | undefined)?.data;
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
}
