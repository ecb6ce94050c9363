import type { StoredMsg } from '@nats-io/jetstream';
import type { HubConnection } from './natsConnection.ts';

/** A server does not answer for more than 1,024 subjects at once. */
const AT_ONCE = 500;

/** Subjects that a stream of the hub has a message of. @param filter may hold wildcards */
export async function subjectsIn(
  { jsm }: Pick<HubConnection, 'jsm'>,
  stream: string,
  filter: string,
): Promise<readonly string[]> {
  return Object.keys((await jsm.streams.info(stream, { subjects_filter: filter })).state.subjects ?? {});
}

/** The last messages of these subjects of a stream, as far as there are any. */
export async function* lastMessages(
  { direct }: Pick<HubConnection, 'direct'>,
  stream: string,
  subjects: readonly string[],
): AsyncIterable<StoredMsg> {
  for (let from = 0; from < subjects.length; from += AT_ONCE)
    yield* await direct.getLastMessagesFor(stream, { multi_last: subjects.slice(from, from + AT_ONCE) });
}
