import type { LogEvent } from '../../shared/event/event.ts';
import type { LogQuery, LogReader } from '../../shared/rest/ports.ts';
import type { EventLog } from './eventLog.ts';

const PAGE = 500;

/** The log as `GET /log` shows it. */
export function logReader(log: Pick<EventLog, 'find' | 'head' | 'listen'>): LogReader {
  return {
    read: async ({ change, ...query }) => ({ items: await log.find({ ...query, changeId: change }) }),
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
        yield event;
      }
      after = Math.max(after, events.at(-1)?.position ?? 0, events.length < PAGE ? head : 0);
      if (events.length < PAGE && !signal.aborted) await news.promise;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}
