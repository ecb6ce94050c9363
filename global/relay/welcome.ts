import type { Hello } from '../../shared/event/hello.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { SecretKeys } from '../log/secretKeys.ts';
import { fillGrants, type KeyGrants } from './grants.ts';
import type { gatherGreeting } from './gather.ts';
import type { HubConnection } from './natsConnection.ts';
import { provisionZone } from './provision.ts';

type Deps = {
  readonly events: Pick<EventLog, 'current'>;
  readonly keys: Pick<SecretKeys, 'putZone'>;
  readonly hub: HubConnection;
  readonly grants: KeyGrants;
  readonly gather: ReturnType<typeof gatherGreeting>;
};

/**
 * Makes the hub's side of a zone that greets. @returns as of `provisionZone`
 * @throws Error, whose text the zone shows, when there is no such Zone
 */
export async function welcome({ zone, publicKey, log }: Hello, deps: Deps): Promise<Readonly<Record<string, string>>> {
  const { events, keys, hub, grants, gather } = deps;
  if (!(await events.current({ type: 'Zone', mesh: '', name: zone })))
    throw new Error(`there is no Zone ${zone}; it was deleted, and may join again with a new zone token`);
  await keys.putZone(zone, publicKey);
  const consumers = await provisionZone(hub.jsm, zone);
  await gather(zone, log);
  await fillGrants(hub, grants, [zone]);
  return consumers;
}
