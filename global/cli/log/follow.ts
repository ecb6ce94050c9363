import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { ApiError, type Connection } from '../connection.ts';
import type { CliDeps } from '../verb.ts';
import { eventOf, type LogQuery, type ShownEvent } from './event.ts';

const PAUSE_MS = 500;

/**
 * Events after a position as they are written, until Ctrl-C: a control plane that goes away is told, and asked again from there.
 * @throws ApiError when it refuses
 */
export async function* follow(
  connection: Connection,
  after: number,
  filter: LogQuery,
  { err, signal }: Pick<CliDeps, 'err' | 'signal'>,
): AsyncIterable<ShownEvent> {
  let position = after;
  let told = false;
  for (;;) {
    try {
      for await (const event of stream(connection, position, filter)) {
        position = event.position;
        told = false;
        yield event;
      }
      throw new CliError(`${connection.address} does not send any more`);
    } catch (cause) {
      signal?.throwIfAborted();
      const isGone = cause instanceof ApiError ? cause.status >= 500 : !(cause instanceof z.ZodError);
      if (!isGone) throw cause;
      if (!told) err(`error: ${(cause as Error).message}\nfollowing on from position ${position} when it answers\n`);
      told = true;
      await sleep(PAUSE_MS, undefined, { ...(signal && { signal }) });
    }
  }
}

/** One JSON text a line. */
async function* stream(connection: Connection, after: number, filter: LogQuery): AsyncIterable<ShownEvent> {
  let rest = '';
  for await (const text of await connection.stream('/log', { ...filter, after, follow: 'true' })) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) yield eventOf(line);
  }
}
