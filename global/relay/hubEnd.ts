import { DeliverPolicy } from '@nats-io/jetstream';
import { z } from 'zod';
import { lookUp } from '../../nats/lookUp.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { envelopeOf, HEADER } from '../../shared/event/message.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { HubConnection } from './natsConnection.ts';

/** An event that was published and is not in the log: the backup that the log was restored from is older. */
interface LostEvent extends Pick<LogEvent, 'position' | 'key' | 'version' | 'at'> {
  /** `ResourceUpdated`, as it was published. */
  readonly type: string;
  /** Who wrote it. */
  readonly user: string;
}

/** Where the hub's stream and the log part. */
export interface HubEnd {
  /** Last sequence of the stream: zones may hold everything up to it. 0: the stream is empty. */
  readonly position: number;
  /** The last message that is the log's event of its position. */
  readonly common: number;
  /** In order. Of several lost events of a resource the hub keeps the last, whose version tells how many there were. */
  readonly lost: readonly LostEvent[];
}

const PAGE = 500;
const author = z.object({ user: z.string() }).catch({ user: 'unknown' });

/** Compares the hub's stream with the log, message by message. @throws Error when the stream is of another log */
export async function readHubEnd(
  { js, jsm }: Pick<HubConnection, 'js' | 'jsm'>,
  log: Pick<EventLog, 'logId' | 'read'>,
): Promise<HubEnd> {
  const found = await lookUp(() => jsm.streams.info('EVENTS'));
  if (!found || found.state.messages === 0) return { position: 0, common: 0, lost: [] };
  const eventAt = pages(log);
  const lost: LostEvent[] = [];
  let common = 0;
  const consumer = await js.consumers.getPushConsumer('EVENTS', {
    deliver_policy: DeliverPolicy.All,
    deliver_prefix: '_INBOX.supersede.EVENTS',
    headers_only: true,
  });
  for await (const { seq, subject, headers, info } of await consumer.consume()) {
    const header = (name: string) => headers?.get(name) ?? '';
    if (header(HEADER.log) !== log.logId)
      throw new Error(`the hub's message ${seq} is of the log ${header(HEADER.log)}, this one is ${log.logId}`);
    if ((await eventAt(seq))?.id === header(HEADER.id)) common = seq;
    else {
      const named = Object.fromEntries(Object.values(HEADER).map((name) => [name, header(name)]));
      const { key, version, at } = envelopeOf(seq, { subject, headers: named, body: '' });
      const { user } = author.parse(JSON.parse(header(HEADER.by) || '{}'));
      lost.push({ position: seq, key, version, at, type: header(HEADER.type), user });
    }
    if (info.pending === 0) break;
  }
  return { position: found.state.last_seq, common, lost };
}

/** The log's events by position, asked for in ascending order. */
function pages(log: Pick<EventLog, 'read'>): (position: number) => Promise<LogEvent | undefined> {
  let page: readonly LogEvent[] = [];
  let from = 0;
  return async (position) => {
    if (position >= from + page.length || position < from) {
      page = await log.read(position - 1, PAGE);
      from = position;
    }
    return page[position - from];
  };
}
