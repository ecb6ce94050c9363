import { ACCOUNT_FORM, formOf } from '../hubAccess/accountClaims.ts';

/** A newer instance of global that is there has got the lock and told the hub what it says itself long before. */
const PATIENCE_MS = 30_000;

/** A newer version of global has told the hub what an account is. To tell it otherwise would undo what that one needs. */
export class ToldByNewer extends Error {
  constructor() {
    super('a newer version of global has told it what the accounts are, and may go on with that');
  }
}

/**
 * During an upgrade the instance that leads may be the older one: it gives way to those that know more. Who leads tells every account anew,
 * so one that stays as it is was left behind by a newer version that is gone.
 * @param running milliseconds of a clock that only runs
 * @returns whether to give way to whom the hub has these accounts from (JWTs)
 */
export function givingWay(running: () => number): (known: readonly string[]) => boolean {
  const since = new Map<string, number>();
  return (known) => {
    const newer = known.filter((jwt) => formOf(jwt) > ACCOUNT_FORM);
    for (const jwt of since.keys()) if (!newer.includes(jwt)) since.delete(jwt);
    for (const jwt of newer) if (!since.has(jwt)) since.set(jwt, running());
    return newer.some((jwt) => running() - (since.get(jwt) ?? 0) < PATIENCE_MS);
  };
}
