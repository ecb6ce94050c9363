import { EVENT_SCHEMA, type LogEvent } from '../../shared/event/event.ts';
import { upcastEvent } from '../../shared/event/upcast.ts';
import type { LogQuery, LogReader } from '../../shared/rest/ports.ts';
import type { EventLog } from './eventLog.ts';

const PAGE = 500;

/** The log as `GET /log` shows it. */
export function logReader(log: Pick<EventLog, 'find' | 'head' | 'listen'>): LogReader {
  return {
    read: async ({ change, ...query }) => ({ items: (await log.find({ ...query, changeId: change })).map(readable) }),
    follow: (query, signal) => follow(log, query, signal),
  };
}

async function* follow(
  log: Pick<EventLog, 'find' | 'head' | 'listen'>,
  { change, ...query }: Parameters<LogReader['follow']>[0],
  signal: AbortSignal,
): AsyncGenerator<LogEvent> {
  let { after } = query;
  let news = Promise.withResolvers<void>();
  const wake = () => news.resolve();
  const stop = log.listen(wake);
  signal.addEventListener('abort', wake);
  try {
    while (!signal.aborted) {
      news = Promise.withResolvers<void>();
      // Taken first: events that do not fit the filter need not be looked through again.
      const head = await log.head();
      const filter: Omit<LogQuery, 'change'> = { ...query, after, order: 'asc', limit: PAGE };
      const events = await log.find({ ...filter, changeId: change });
      for (const event of events) {
        if (signal.aborted) return;
        yield readable(event);
      }
      after = Math.max(after, events.at(-1)?.position ?? 0, events.length < PAGE ? head : 0);
      if (events.length < PAGE && !signal.aborted) await news.promise;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}

/** That it happened is shown in any case; what a newer version wrote, without the resource. */
function readable(event: LogEvent): LogEvent {
  return event.schema > EVENT_SCHEMA ? { ...event, resource: null } : upcastEvent(event);
}
