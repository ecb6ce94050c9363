import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { HubAccount } from '../hubAccess/currentAccount.ts';
import { ACCOUNT_FORM, formOf } from '../hubAccess/accountClaims.ts';
import { knowsGate } from '../hubAccess/apiGate.ts';
import { knownTo, tellHub } from './tellHub.ts';

const RETRY_MS = 1_000;

type Deps = {
  /** Connection at the system account. */
  readonly nats: NatsConnection;
  readonly systemAccount: string;
  /** As of `gateOf`. */
  readonly gate: string;
  readonly accounts: () => Promise<readonly HubAccount[]>;
  readonly onError: (error: unknown) => void;
};

/**
 * Sees to it that the hub knows the way that global asks its JetStream on. One that runs since an older version wrote its configuration
 * does not, and would not answer.
 */
export async function openGate({ nats, systemAccount, gate, accounts, onError }: Deps): Promise<void> {
  for (;;) {
    try {
      const known = await knownTo(nats, systemAccount);
      if (!knowsGate(known, gate) || formOf(known) < ACCOUNT_FORM) await tellHub(nats, await accounts(), new Map());
      return;
    } catch (error) {
      onError(error);
      await sleep(RETRY_MS);
    }
  }
}
