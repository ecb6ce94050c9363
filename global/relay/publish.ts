import { TIMEOUT_MS } from '../../nats/connect.ts';
import { headersOf, publishBatch, SINGLE } from '../../nats/publishBatch.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { toMessage } from '../../shared/event/message.ts';
import type { HubConnection } from './natsConnection.ts';

/**
 * Publishes events so that the stream's sequence stays the log's position: each carries the expected last sequence, which also
 * fences a second relay. Events follow one another without a gap.
 * @param last sequence that the stream stands at. @returns the one it stands at afterwards.
 * @throws Error when the hub refuses: somebody else was first, or its stream is not what we thought. Look again.
 */
export async function publish(
  { js, nats, ingest }: HubConnection,
  logId: string,
  events: readonly LogEvent[],
  last: number,
): Promise<number> {
  const messages = events.map((event) => {
    const message = toMessage(logId, event);
    return { ...message, subject: `${ingest}.${message.subject}` };
  });
  if (events.length > SINGLE)
    return publishBatch(nats, messages, { expectedLastSequence: last, timeoutMs: 2 * TIMEOUT_MS });
  const acks = await Promise.all(
    messages.map(({ subject, body, headers }, index) =>
      js.publish(subject, body, { headers: headersOf(headers), expect: { lastSequence: last + index } }),
    ),
  );
  return acks.at(-1)?.seq ?? last;
}
