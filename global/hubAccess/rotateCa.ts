import type { NewEvent } from '../../shared/event/event.ts';
import { keyOf } from '../../shared/resource/resource.ts';
import { makeServerCa } from '../../runtime/certificate/serverCertificate.ts';
import { appendChange } from '../command/appendChange.ts';
import { create, SYSTEM, secret } from '../command/globalSecrets.ts';
import type { CommandDeps } from '../command/ports.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { deletedAt } from './deletedAt.ts';
import { CA_CERTIFICATE_PREFIX, CA_KEY_PREFIX, numbered } from './hubKeys.ts';
import { allHaveSince } from './retiredKeys.ts';

/** Servers have a certificate of the next CA long before, and whoever else trusts the CA may be told: global's REST may be of it. */
const TRUSTED_ON_MS = 24 * 3_600_000;

/**
 * Makes the next CA of the hub: zones are told of it with their next credentials, and trust both. `retireCas` does the rest.
 * @returns the name of its certificate's GlobalSecret
 * @throws Error while the one before is still in use; VersionConflict when somebody else does the same
 */
export async function rotateCa(commands: CommandDeps): Promise<string> {
  const names = (await commands.log.list('GlobalSecret')).map(({ resource }) => resource.name);
  const known = numbered(names, CA_CERTIFICATE_PREFIX);
  const newest = known.at(-1);
  if (!newest) throw new Error('this log has no keys of a hub yet; start global on it first');
  if (known.length > 1)
    throw new Error(
      `${newest.name} is not the only CA yet: the one before it goes by itself when every zone was told; then there can be a next`,
    );
  const serial = Math.max(newest.serial, 1) + 1;
  const ca = await makeServerCa(commands.now());
  const [certificate = ''] = await create(commands, [
    secret(commands, `${CA_CERTIFICATE_PREFIX}-${serial}`, ca.certificatePem),
    secret(commands, `${CA_KEY_PREFIX}-${serial}`, ca.privateKeyPem),
  ]);
  return certificate;
}

/**
 * Takes the next step of a rotation when it is time. Every zone trusts the next CA: the keys of those before it are deleted, so that it
 * signs from then on. A day later, and every zone was told again: their certificates are deleted, and nobody trusts them any more.
 * @returns the names of what was deleted
 */
export async function retireCas(
  commands: CommandDeps,
  issued: HubCredentials,
  events: Pick<EventLog, 'find'>,
): Promise<readonly string[]> {
  const secrets = new Map((await commands.log.list('GlobalSecret')).map((one) => [one.resource.name, one]));
  const certificates = numbered(secrets.keys(), CA_CERTIFICATE_PREFIX);
  const newest = secrets.get(certificates.at(-1)?.name ?? '');
  if (certificates.length < 2 || !newest) return [];
  const keys = numbered(secrets.keys(), CA_KEY_PREFIX).slice(0, -1);
  const now = commands.now();
  const zones = new Set((await commands.log.list('Zone')).map(({ resource }) => resource.name));
  const current = await issued.current(now);
  const remove = async (names: readonly { readonly name: string }[], message: string) => {
    const deletions = names.flatMap(({ name }): NewEvent[] => {
      const one = secrets.get(name);
      if (!one) return [];
      return [{ type: 'ResourceDeleted', key: keyOf(one.resource), resource: null, expectedVersion: one.version }];
    });
    await appendChange(commands, deletions, { ...SYSTEM, message });
    return names.map(({ name }) => name);
  };
  if (keys.length > 0) {
    if (!allHaveSince(new Date(newest.resource.creationTime), current, zones)) return [];
    return remove(keys, 'all zones trust the next CA of the hub, which signs from now on');
  }
  const older = certificates.slice(0, -1);
  const times = await Promise.all(
    older.map(({ name }) => {
      const key = name.replace(CA_CERTIFICATE_PREFIX, CA_KEY_PREFIX);
      return deletedAt(events, { type: 'GlobalSecret', mesh: '', name: key });
    }),
  );
  const since = new Date(Math.max(...times.map((at) => at?.getTime() ?? now.getTime())));
  const isDone = now.getTime() > since.getTime() + TRUSTED_ON_MS && allHaveSince(since, current, zones);
  return isDone ? remove(older, 'no server has a certificate of the CA before any more') : [];
}
