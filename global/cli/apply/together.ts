import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ApiError, type Connection } from '../connection.ts';
import { triedResource } from './diffText.ts';
import { bodyOf, type Planned } from './plan.ts';
import { triedProxies } from './proxiesText.ts';
import { refusal } from './refusal.ts';

const tried = z.looseObject({ resources: z.array(triedResource), proxies: triedProxies.optional() });

/** What a change would do. */
export type Tried = z.infer<typeof tried>;

const applied = z.looseObject({
  change: z.string().optional(),
  position: z.number().optional(),
  resources: z.array(
    z.looseObject({
      type: z.string(),
      mesh: z.string().optional(),
      name: z.string(),
      status: z.string(),
      warnings: z.array(z.string()).optional(),
    }),
  ),
});

/** What a change did; without an id it changed nothing. */
export type Applied = z.infer<typeof applied>;

const ATTEMPTS = 3;

/** @returns undefined where there are no changes of several: on a zone, or in Kuma. @throws CliError with the lines that are wrong */
export async function tryTogether(
  connection: Connection,
  plan: readonly Planned[],
  { proxies }: { readonly proxies: boolean },
): Promise<Tried | undefined> {
  const query = { dryRun: 'true', proxies: String(proxies), size: 1000 };
  const answer = await post(connection, plan, { query });
  return answer === undefined ? undefined : z.looseObject({ dryRun: tried }).parse(answer).dryRun;
}

/** As `tryTogether`, but done. @param key the change is made once, however often it has to be sent. */
export async function applyTogether(
  connection: Connection,
  plan: readonly Planned[],
  {
    message,
    key,
    ifMatch,
  }: {
    readonly message: string | undefined;
    readonly key: string;
    /** ETags of what was shown before, one for each document. */
    readonly ifMatch: readonly (string | null)[] | undefined;
  },
): Promise<Applied | undefined> {
  const options = { headers: { 'idempotency-key': key }, ...(message ? { query: { message } } : {}) };
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await post(connection, plan, options, ifMatch);
      return answer === undefined ? undefined : applied.parse(answer);
    } catch (cause) {
      const mayHelp = cause instanceof ApiError && cause.status === 503 && attempt < ATTEMPTS;
      if (!mayHelp) throw cause;
      await sleep(500 * attempt);
    }
  }
}

async function post(
  connection: Connection,
  plan: readonly Planned[],
  options: Parameters<Connection['send']>[2],
  ifMatch?: readonly (string | null)[],
): Promise<unknown> {
  const body = { documents: plan.map(bodyOf), ...(ifMatch && { ifMatch }) };
  try {
    return (await connection.send('POST', '/changes', { ...options, body })).body;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    if (cause.status === 404 || cause.status === 405) return undefined;
    throw cause.status === 503 ? cause : refusal(plan, cause);
  }
}
