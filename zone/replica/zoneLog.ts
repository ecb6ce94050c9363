import { JetStreamApiError } from '@nats-io/jetstream';
import { headers, nuid } from '@nats-io/transport-node';
import { z } from 'zod';
import { batchHeaders } from '../../shared/event/atomicBatch.ts';
import { groupCommit, type Outcome } from '../../shared/event/groupCommit.ts';
import { subjectOf, UP_PREFIX } from '../../shared/event/subject.ts';
import type { LeafConnection } from './leafConnection.ts';
import { StaleWrite, type ZoneLog } from './ports.ts';

const WRONG_LAST_SEQUENCE = 10_071;
/** Messages in one atomic batch; the server takes up to 1,000. */
const BATCH = 500;
/** A batch is cheaper than so many single messages. */
const SINGLE = 3;
const TIMEOUT_MS = 10_000;

interface Message {
  readonly subject: string;
  readonly body: string;
}

const replySchema = z.object({
  seq: z.number().optional(),
  error: z.object({ err_code: z.number().optional(), description: z.string() }).optional(),
});

/**
 * The zone's own log: the last message of every resource's subject, an empty one when it was deleted. What is written while a
 * write is under way goes together after it: a crowd of proxies that registers costs a few fsyncs, not one each.
 */
export function natsZoneLog(leaf: LeafConnection): ZoneLog {
  const commit = groupCommit((batch: readonly Message[]) => write(leaf, batch), BATCH);
  const written = (message: Message, expected: number | undefined) =>
    expected === undefined ? commit(message) : publishUpon(leaf, message, expected);
  return {
    put: (resource, expected) =>
      written({ subject: subjectOf(UP_PREFIX, resource), body: JSON.stringify(resource) }, expected),
    delete: (key, expected) => written({ subject: subjectOf(UP_PREFIX, key), body: '' }, expected),
  };
}

async function publishUpon({ js }: LeafConnection, { subject, body }: Message, expected: number): Promise<number> {
  try {
    return (await js.publish(subject, body, { expect: { lastSubjectSequence: expected } })).seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE)
      throw new StaleWrite(`${subject}: ${error.message}`);
    throw error;
  }
}

async function write(leaf: LeafConnection, batch: readonly Message[]): Promise<readonly Outcome<number>[]> {
  if (batch.length <= SINGLE) {
    const acks = batch.map(({ subject, body }) => leaf.js.publish(subject, body));
    const settled = await Promise.allSettled(acks);
    return settled.map((one) =>
      one.status === 'fulfilled' ? { result: one.value.seq } : { error: one.reason as unknown },
    );
  }
  const last = await publishTogether(leaf, batch);
  return batch.map((_, index) => ({ result: last - (batch.length - 1 - index) }));
}

/** @returns the sequence of the last one; the others stand right before it. */
async function publishTogether({ nats }: LeafConnection, batch: readonly Message[]): Promise<number> {
  const id = nuid.next();
  for (const [index, { subject, body }] of batch.entries()) {
    const hdrs = headers();
    for (const [name, value] of Object.entries(batchHeaders(id, index, batch.length))) hdrs.set(name, value);
    if (index < batch.length - 1) {
      nats.publish(subject, body, { headers: hdrs });
      continue;
    }
    const reply = await nats.request(subject, body, { headers: hdrs, timeout: TIMEOUT_MS });
    const { seq, error } = replySchema.parse(reply.json());
    if (seq !== undefined) return seq;
    throw new Error(
      `the zone log refused ${batch.length} writes: ${error?.description ?? 'no sequence in its answer'}`,
    );
  }
  return 0;
}
