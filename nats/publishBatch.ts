import { headers, type MsgHdrs, type NatsConnection, nuid } from '@nats-io/transport-node';
import { z } from 'zod';
import { batchHeaders } from '../shared/event/atomicBatch.ts';

/** Up to so many messages are cheaper one by one; more go as an atomic batch. */
export const SINGLE = 3;
/** Messages in one atomic batch; the server takes up to 1,000. */
export const MAX_BATCH = 500;

/** A message that is still to be published. */
export interface Outgoing {
  readonly subject: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The server took nothing of a batch: its stream is not what we thought, or it is not able to. */
export class BatchRefused extends Error {
  override name = 'BatchRefused';
  /** The server's own (its error `err_code`); absent: it gave none. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

type Options = {
  /** The batch is refused when the stream stands at another sequence; absent: wherever it stands. */
  readonly expectedLastSequence?: number;
  readonly timeoutMs: number;
};

const replySchema = z.object({
  seq: z.number().optional(),
  error: z.object({ err_code: z.number().optional(), description: z.string() }).optional(),
});

/**
 * Publishes messages to a stream as an atomic batch (ADR-50): all or nothing, one fsync, one after the other.
 * @param messages at least one, at most `MAX_BATCH`
 * @returns the sequence of the last one; the others stand right before it. @throws BatchRefused
 */
export async function publishBatch(
  nats: NatsConnection,
  messages: readonly Outgoing[],
  { expectedLastSequence, timeoutMs }: Options,
): Promise<number> {
  const id = nuid.next();
  let reply: unknown;
  for (const [index, message] of messages.entries()) {
    const { subject, body } = message;
    const hdrs = headersOf({ ...message.headers, ...batchHeaders(id, index, messages.length) });
    if (index === 0 && expectedLastSequence !== undefined)
      hdrs.set('Nats-Expected-Last-Sequence', String(expectedLastSequence));
    if (index < messages.length - 1) nats.publish(subject, body, { headers: hdrs });
    else reply = (await nats.request(subject, body, { headers: hdrs, timeout: timeoutMs })).json();
  }
  const { seq, error } = replySchema.parse(reply);
  if (error || seq === undefined)
    throw new BatchRefused(
      `a batch of ${messages.length} messages is refused: ${error?.description ?? 'no sequence in the answer'} (${error?.err_code ?? 0})`,
      error?.err_code,
    );
  return seq;
}

/** Headers as the client takes them. */
export function headersOf(values: Readonly<Record<string, string>>): MsgHdrs {
  const hdrs = headers();
  for (const [name, value] of Object.entries(values)) hdrs.set(name, value);
  return hdrs;
}
