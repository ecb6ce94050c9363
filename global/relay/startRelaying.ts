import type { NatsConnection } from '@nats-io/transport-node';
import type { Runtime } from '../../runtime/runtime.ts';
import type { CommandDeps } from '../command/ports.ts';
import { currentAccounts } from '../hubAccess/currentAccount.ts';
import { retireCas } from '../hubAccess/rotateCa.ts';
import { retireSigningKeys } from '../hubAccess/rotateSigningKey.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { onLeader } from '../log/leader.ts';
import { listenTo } from '../log/listenTo.ts';
import type { Departures } from './dismiss.ts';
import type { KeyGrants } from './grants.ts';
import { givingWay } from './givingWay.ts';
import { keepHubAccount } from './keepHubAccount.ts';
import type { HubConnection } from './natsConnection.ts';
import { RELAY_LOCK, relay } from './relay.ts';
import { relaySeconds } from './relaySeconds.ts';

type Deps = {
  readonly events: EventLog;
  readonly commands: CommandDeps;
  readonly credentials: HubCredentials;
  readonly hub: HubConnection;
  readonly system: NatsConnection;
  readonly grants: KeyGrants;
  readonly departures: Departures;
  readonly runtime: Pick<Runtime, 'log' | 'metrics' | 'now' | 'onError'>;
};

interface Relaying {
  /** Why the relay pauses; empty while it gets on, and where another instance relays. */
  trouble(): string;
  stop(): Promise<void>;
}

/** The advisory lock of whoever tells the hub what the account is. */
const ACCOUNT_LOCK = 5_682;

/** What the account follows from: keys and revocations, and which zones there are. */
const SHAPE_ACCOUNT: ReadonlySet<string> = new Set(['GlobalSecret', 'Zone']);

/** Keeps the hub as the log says, its stream and its account; of several global instances each is done by one. */
export function startRelaying({
  events,
  commands,
  credentials,
  hub,
  system,
  grants,
  departures,
  runtime,
}: Deps): Relaying {
  const { log, metrics, now, onError } = runtime;
  const timed = relaySeconds(metrics, now);
  const { tryLead } = events;
  let trouble = '';
  const stopRelay = onLeader({ tryLead, onError: onError('the relay failed') }, RELAY_LOCK, (signal) =>
    relay(
      {
        source: events,
        hub,
        keys: grants,
        departures,
        onPublished: (relayed) => {
          trouble = '';
          timed(relayed);
        },
        onError: (error) => {
          trouble = error.message;
          log.warn({ error: error.message }, 'the relay pauses');
        },
        onZoneError: onError('what a zone says is not gathered yet, or not taken away'),
      },
      signal,
    ).finally(() => {
      trouble = '';
    }),
  );
  const account = {
    nats: system,
    accounts: async () => {
      const retired = await retireSigningKeys(commands, credentials);
      if (retired.length > 0) log.info({ retired }, 'all zones have credentials of the next signing key');
      const dropped = await retireCas(commands, credentials, events);
      if (dropped.length > 0) log.info({ dropped }, "a step to the hub's next CA");
      return currentAccounts({ commands, issued: credentials });
    },
    listen: (wake: () => void) => listenTo(events, SHAPE_ACCOUNT, wake),
    givesWay: givingWay(() => performance.now()),
    onError: onError('the hub does not know yet whose credentials are revoked'),
  };
  const stopAccount = onLeader(
    { tryLead, onError: onError('the hub could not be told of its account') },
    ACCOUNT_LOCK,
    (signal) => keepHubAccount(account, signal),
  );
  return {
    trouble: () => trouble,
    stop: async () => {
      await stopAccount();
      await stopRelay();
    },
  };
}
