import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { TIMEOUT_MS } from '../../nats/connect.ts';

const RETRY_MS = 1_000;
/** Changes that follow one another faster are told together. */
const PAUSE_MS = 250;
/** The hub may have lost its files: look again after so long without a change. */
const RECHECK_MS = 30_000;

const answerSchema = z.object({
  data: z.object({ code: z.number(), message: z.string().optional() }).optional(),
  error: z.object({ description: z.string().optional() }).optional(),
});

/** The account that the hub is to know. */
interface Account {
  readonly id: string;
  /** Differs when the account does. */
  readonly content: string;
  /** @param after the JWT that it replaces; empty: none */
  sign(after: string): Promise<string>;
}

type Deps = {
  /** Connection at the system account. */
  readonly nats: NatsConnection;
  /** The account as it is to be now. */
  readonly account: () => Promise<Account>;
  /** Calls back when the account may have changed. */
  readonly listen: (wake: () => void) => () => void;
  readonly onError: (error: unknown) => void;
};

/**
 * Tells the hub's servers what the account is, as often as it changes and whenever they may not know it: who signs, and whose
 * credentials are revoked. They keep it on their disks, and close the connections of those who are refused now. Ends when the
 * signal aborts.
 */
export async function keepHubAccount({ nats, account, listen, onError }: Deps, signal: AbortSignal): Promise<void> {
  let wake = () => {};
  const stop = listen(() => wake());
  const watch = async () => {
    for await (const { type } of nats.status()) if (type === 'reconnect') wake();
  };
  watch().catch(onError);
  signal.addEventListener('abort', () => wake(), { once: true });
  let told = { content: '', jwt: '' };
  while (!signal.aborted) {
    // Made before looking, so that a change meanwhile is not missed.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let pause = RECHECK_MS;
    try {
      const { id, content, sign } = await account();
      const before = await known(nats, id);
      if (content !== told.content || before !== told.jwt) {
        told = { content, jwt: await sign(before) };
        await tell(nats, id, told.jwt);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
      pause = RETRY_MS;
    }
    await Promise.race([woken, wait(pause, signal)]);
    await wait(PAUSE_MS, signal);
  }
  stop();
}

/** What the hub knows of the account; empty when it knows nothing. */
async function known(nats: NatsConnection, id: string): Promise<string> {
  return (await nats.request(`$SYS.REQ.ACCOUNT.${id}.CLAIMS.LOOKUP`, '', { timeout: TIMEOUT_MS })).string();
}

/** @throws Error when the hub does not take it. */
async function tell(nats: NatsConnection, id: string, jwt: string): Promise<void> {
  const reply = answerSchema.parse((await nats.request('$SYS.REQ.CLAIMS.UPDATE', jwt, { timeout: TIMEOUT_MS })).json());
  if (reply.data?.code !== 200)
    throw new Error(
      `the hub does not take the account: ${reply.error?.description ?? reply.data?.message ?? 'no reason'}`,
    );
  // It passes over what is older than what it has, without a word.
  if ((await known(nats, id)) !== jwt)
    throw new Error('the hub has another account meanwhile: some other global control plane tells it one');
}

/** Resolves after that time, or at once when the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
