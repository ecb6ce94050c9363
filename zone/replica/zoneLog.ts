import { JetStreamApiError } from '@nats-io/jetstream';
import { BatchRefused, MAX_BATCH, type Outgoing, publishBatch, SINGLE } from '../../nats/publishBatch.ts';
import { groupCommit, type Outcome } from '../../shared/event/groupCommit.ts';
import { KEPT_PREFIX, subjectOf, UP_PREFIX } from '../../shared/event/subject.ts';
import type { ZoneSealer } from '../identity/zoneSealer.ts';
import { staysInZone, zoneMessageBody } from '../../shared/event/zoneMessage.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import { StaleWrite, type ZoneChangeLog } from './ports.ts';

const WRONG_LAST_SEQUENCE = 10_071;
const TIMEOUT_MS = 10_000;

interface Deps {
  readonly registry: Registry;
  readonly sealer: ZoneSealer;
}

/**
 * The zone's own log: the last message of every resource's subject, an empty one when it was deleted. Secrets are sealed. What is
 * written while a write is under way goes together after it: a crowd of proxies that registers costs a few fsyncs, not one each.
 */
export function natsZoneLog(leaf: LeafConnection, { registry, sealer }: Deps): ZoneChangeLog {
  const subject = (key: ResourceKey) => {
    const descriptor = registry.byType(key.type);
    return subjectOf(descriptor && staysInZone(descriptor) ? KEPT_PREFIX : UP_PREFIX, key);
  };
  const commit = groupCommit((batch: readonly Outgoing[]) => write(leaf, batch), MAX_BATCH);
  const written = (message: Outgoing, expected: number | undefined) =>
    expected === undefined ? commit(message) : publishUpon(leaf, message, expected);
  const messageOf = (resource: Resource): Outgoing => ({
    subject: subject(resource),
    body: zoneMessageBody(sealer.seal(resource)),
  });
  return {
    put: (resource, expected) => written(messageOf(resource), expected),
    putAll: (writes) =>
      publishTogether(
        leaf,
        writes.map(({ resource, expected }) => ({
          ...messageOf(resource),
          headers: expected === undefined ? {} : { 'Nats-Expected-Last-Subject-Sequence': String(expected) },
        })),
      ),
    delete: (key, expected) => written({ subject: subject(key), body: '' }, expected),
  };
}

async function publishUpon({ js }: LeafConnection, { subject, body }: Outgoing, expected: number): Promise<number> {
  try {
    return (await js.publish(subject, body, { expect: { lastSubjectSequence: expected } })).seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE)
      throw new StaleWrite(`${subject}: ${error.message}`);
    throw error;
  }
}

async function publishTogether({ nats }: LeafConnection, messages: readonly Outgoing[]): Promise<number> {
  try {
    return await publishBatch(nats, messages, { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (error instanceof BatchRefused && error.code === WRONG_LAST_SEQUENCE) throw new StaleWrite(error.message);
    throw error;
  }
}

async function write(leaf: LeafConnection, batch: readonly Outgoing[]): Promise<readonly Outcome<number>[]> {
  if (batch.length <= SINGLE) {
    const acks = batch.map(({ subject, body }) => leaf.js.publish(subject, body));
    const settled = await Promise.allSettled(acks);
    return settled.map((one) =>
      one.status === 'fulfilled' ? { result: one.value.seq } : { error: one.reason as unknown },
    );
  }
  const last = await publishBatch(leaf.nats, batch, { timeoutMs: TIMEOUT_MS });
  return batch.map((_, index) => ({ result: last - (batch.length - 1 - index) }));
}
