import { headers, type MsgHdrs, nuid } from '@nats-io/transport-node';
import { z } from 'zod';
import { batchHeaders } from '../../shared/event/atomicBatch.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { toMessage } from '../../shared/event/message.ts';
import { TIMEOUT_MS } from '../../nats/connect.ts';
import type { HubConnection } from './natsConnection.ts';

/** Up to so many events are cheaper as single messages; more go as one atomic batch. */
const SINGLE = 3;
/** Messages in one atomic batch; the server takes up to 1,000. */
export const MAX_BATCH = 500;

const ackSchema = z.object({
  seq: z.number().optional(),
  error: z.object({ err_code: z.number().optional(), description: z.string() }).optional(),
});

/** The hub refused what we published: somebody else was first, or its stream is not what we thought. Look again. */
export class PublishRefused extends Error {
  override name = 'PublishRefused';
}

/**
 * Publishes events so that the stream's sequence stays the log's position: each carries the expected last sequence, which also
 * fences a second relay. Events follow one another without a gap.
 * @param last sequence that the stream stands at. @returns the one it stands at afterwards. @throws PublishRefused
 */
export async function publish(
  hub: HubConnection,
  logId: string,
  events: readonly LogEvent[],
  last: number,
): Promise<number> {
  return events.length <= SINGLE ? publishSingly(hub, logId, events, last) : publishBatch(hub, logId, events, last);
}

async function publishSingly(
  { js }: HubConnection,
  logId: string,
  events: readonly LogEvent[],
  last: number,
): Promise<number> {
  const acks = await Promise.all(
    events.map((event, index) => {
      const message = toMessage(logId, event);
      return js.publish(message.subject, message.body, {
        headers: headersOf(message.headers),
        expect: { lastSequence: last + index },
      });
    }),
  );
  return acks.at(-1)?.seq ?? last;
}

/** An atomic batch: all or nothing, one fsync. The commit's reply has the sequence of the last message. */
async function publishBatch(
  { nats }: HubConnection,
  logId: string,
  events: readonly LogEvent[],
  last: number,
): Promise<number> {
  const batch = nuid.next();
  let reply: unknown;
  for (const [index, event] of events.entries()) {
    const message = toMessage(logId, event);
    const hdrs = headersOf({ ...message.headers, ...batchHeaders(batch, index, events.length) });
    if (index === 0) hdrs.set('Nats-Expected-Last-Sequence', String(last));
    if (index < events.length - 1) {
      nats.publish(message.subject, message.body, { headers: hdrs });
      continue;
    }
    reply = (await nats.request(message.subject, message.body, { headers: hdrs, timeout: 2 * TIMEOUT_MS })).json();
  }
  const { seq, error } = ackSchema.parse(reply);
  if (error || seq === undefined)
    throw new PublishRefused(`${error?.description ?? 'no sequence in the answer'} (${error?.err_code ?? 0})`);
  return seq;
}

function headersOf(values: Readonly<Record<string, string>>): MsgHdrs {
  const hdrs = headers();
  for (const [name, value] of Object.entries(values)) hdrs.set(name, value);
  return hdrs;
}
