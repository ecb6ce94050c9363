import { JetStreamApiError } from '@nats-io/jetstream';
import { subjectOf, UP_PREFIX } from '../../shared/event/subject.ts';
import type { LeafConnection } from './leafConnection.ts';
import { StaleWrite, type ZoneLog } from './ports.ts';

const WRONG_LAST_SEQUENCE = 10_071;

/** The zone's own log: the last message of every resource's subject, an empty one when it was deleted. */
export function natsZoneLog({ js }: LeafConnection): ZoneLog {
  const write = async (subject: string, body: string, expected?: number): Promise<number> => {
    try {
      const ack = await js.publish(
        subject,
        body,
        expected === undefined ? {} : { expect: { lastSubjectSequence: expected } },
      );
      return ack.seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE)
        throw new StaleWrite(`${subject}: ${error.message}`);
      throw error;
    }
  };
  return {
    put: (resource, expected) => write(subjectOf(UP_PREFIX, resource), JSON.stringify(resource), expected),
    delete: (key) => write(subjectOf(UP_PREFIX, key), ''),
  };
}
