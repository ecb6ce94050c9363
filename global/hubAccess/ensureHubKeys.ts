import { createUnlessThere, exists, secret } from '../command/globalSecrets.ts';
import type { CommandDeps } from '../command/ports.ts';
import { makeHubKeys, OPERATOR_KEY } from './hubKeys.ts';

/** The keys of the hub, made at the first start of who has one. @returns the names of what was made. */
export async function ensureHubKeys(deps: CommandDeps): Promise<readonly string[]> {
  if (await exists(deps, OPERATOR_KEY)) return [];
  return createUnlessThere(
    deps,
    [...(await makeHubKeys(deps.now()))].map(([name, seed]) => secret(deps, name, seed)),
  );
}
