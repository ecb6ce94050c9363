import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { TIMEOUT_MS } from '../../nats/connect.ts';
import type { HubAccount } from '../hubAccess/currentAccount.ts';

/** What a hub was told before, by account. */
export type Told = Map<string, { readonly content: string; readonly jwt: string }>;

const answerSchema = z.object({
  data: z.object({ code: z.number(), message: z.string().optional() }).optional(),
  error: z.object({ description: z.string().optional() }).optional(),
});

/**
 * Tells the hub's servers what these accounts are, as far as they do not know it. They keep it on their disks, and close the connections
 * of those who are refused now.
 * @param nats connection at the system account @throws Error when the hub does not take it
 */
export async function tellHub(nats: NatsConnection, accounts: readonly HubAccount[], told: Told): Promise<void> {
  for (const { id, content, sign } of accounts) {
    const before = await knownTo(nats, id);
    const last = told.get(id);
    if (last?.content === content && last.jwt === before) continue;
    const jwt = await sign(before);
    told.set(id, { content, jwt });
    await tell(nats, id, jwt);
  }
}

/** What the hub knows of an account; empty when it knows nothing. */
export async function knownTo(nats: NatsConnection, id: string): Promise<string> {
  return (await nats.request(`$SYS.REQ.ACCOUNT.${id}.CLAIMS.LOOKUP`, '', { timeout: TIMEOUT_MS })).string();
}

async function tell(nats: NatsConnection, id: string, jwt: string): Promise<void> {
  const reply = answerSchema.parse((await nats.request('$SYS.REQ.CLAIMS.UPDATE', jwt, { timeout: TIMEOUT_MS })).json());
  if (reply.data?.code !== 200)
    throw new Error(
      `the hub does not take the account: ${reply.error?.description ?? reply.data?.message ?? 'no reason'}`,
    );
  // It passes over what is older than what it has, without a word.
  if ((await knownTo(nats, id)) !== jwt)
    throw new Error('the hub has another account meanwhile: some other global control plane tells it one');
}
