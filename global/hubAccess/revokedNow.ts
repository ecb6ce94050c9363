import { revokedIds } from '../../http/token/verifySigned.ts';
import { ZONE_REVOCATIONS } from '../../http/token/verifyZoneToken.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { HubCredentials, IssuedCredential } from '../log/hubCredentials.ts';
import { readGlobalSecret } from './readGlobalSecret.ts';
import { revokedCredentials } from './revocations.ts';

type Deps = { readonly commands: CommandDeps; readonly issued: HubCredentials };

/** The credentials that are not over, and those of them that hold no more, by what the log says now. */
export async function revokedNow({
  commands,
  issued,
}: Deps): Promise<{ readonly issued: readonly IssuedCredential[]; readonly revoked: readonly IssuedCredential[] }> {
  const now = commands.now();
  const zones = await commands.log.list('Zone');
  const secrets = await commands.log.list('GlobalSecret');
  const all = await issued.current(now);
  const revoked = revokedCredentials(all, {
    revokedTokens: await revokedIds(ZONE_REVOCATIONS, {
      globalSecret: (name) => readGlobalSecret(commands, name),
      now: () => now,
    }),
    tokenKeys: new Set(secrets.map(({ resource }) => resource.name)),
    zones: new Map(zones.map(({ resource }) => [resource.name, new Date(resource.creationTime)])),
  });
  return { issued: all, revoked };
}

/** Zones that have been let in, and of whose credentials none holds any more. */
export async function revokedZones(deps: Deps): Promise<ReadonlySet<string>> {
  const { issued, revoked } = await revokedNow(deps);
  const holding = new Set(issued.filter((one) => !revoked.includes(one)).map(({ zone }) => zone));
  return new Set(revoked.map(({ zone }) => zone).filter((zone) => !holding.has(zone)));
}
