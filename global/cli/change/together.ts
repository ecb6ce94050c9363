import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ApiError, type Connection } from '../connection.ts';
import { CliError } from '../cliError.ts';
import type { Change } from './change.ts';
import { triedResource } from './diffText.ts';
import { triedProxies } from './proxiesText.ts';
import { remarks } from './remarks.ts';

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
      ...remarks,
    }),
  ),
});

/** What a change did; without an id it changed nothing. */
export type Applied = z.infer<typeof applied>;

/** What must still be so when a change is made, for each document in its place. */
export interface Conditions {
  /** ETag of what was there. */
  readonly ifMatch: readonly (string | null)[];
  /** `*`: there was none. */
  readonly ifNoneMatch: readonly ('*' | null)[];
}

/** That no document's resource changed since it was tried; what is deleted has a condition of its own. */
export function unchangedSince({ resources }: Tried, { documents }: Change): Conditions {
  const written = resources.slice(0, documents.length);
  return {
    ifMatch: written.map(({ etag }) => etag ?? null),
    ifNoneMatch: written.map(({ etag }) => (etag === undefined ? '*' : null)),
  };
}

const ATTEMPTS = 3;

/** @returns undefined where there are no changes of several, as in Kuma. @throws CliError telling every fault */
export async function tryTogether(
  connection: Connection,
  change: Change,
  { proxies, conditions }: { readonly proxies: boolean; readonly conditions: Conditions | undefined },
): Promise<Tried | undefined> {
  const query = { dryRun: 'true', proxies: String(proxies), size: 1000 };
  const answer = await post(connection, change, { query }, conditions);
  return answer === undefined ? undefined : z.looseObject({ dryRun: tried }).parse(answer).dryRun;
}

/** As `tryTogether`, but done. @param key the change is made once, however often it has to be sent. */
export async function applyTogether(
  connection: Connection,
  change: Change,
  {
    message,
    key,
    conditions,
  }: {
    readonly message: string | undefined;
    readonly key: string;
    readonly conditions: Conditions | undefined;
  },
): Promise<Applied | undefined> {
  const options = { headers: { 'idempotency-key': key }, ...(message ? { query: { message } } : {}) };
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await post(connection, change, options, conditions);
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
  change: Change,
  options: Parameters<Connection['send']>[2],
  conditions?: Conditions,
): Promise<unknown> {
  const { documents, deletions = [], faultText } = change;
  const body = { documents, ...(deletions.length > 0 && { deletions }), ...conditions };
  try {
    return (await connection.send('POST', '/changes', { ...options, body })).body;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    if (cause.status === 404 || cause.status === 405) return undefined;
    // Without faults of its parts it is told as it is.
    if (cause.status === 503 || cause.fields.length === 0) throw cause;
    throw new CliError([cause.headline, ...cause.fields.map(faultText)].join('\n'));
  }
}
