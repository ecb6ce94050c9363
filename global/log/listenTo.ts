import type { EventLog } from './eventLog.ts';

type Log = Pick<EventLog, 'follow' | 'head' | 'listen'>;

const PAGE = 500;

/**
 * Calls back when something of these types was written, by whichever instance; now and then without a reason. What others write is looked
 * through in memory, so a change of a policy costs who waits for a Zone next to nothing.
 * @returns the function that ends it
 */
export function listenTo(log: Log, types: ReadonlySet<string>, wake: () => void): () => void {
  let after: number | undefined;
  let looking = false;
  let news = false;
  const look = async () => {
    if (after === undefined) {
      after = await log.head();
      return wake();
    }
    const events = await log.follow(after, PAGE);
    if (events.some(({ key }) => types.has(key.type))) wake();
    const head = events.at(-1)?.position ?? (await log.head());
    // A log that went back was restored: what is in it is not known.
    if (head < after) wake();
    after = head;
    news ||= events.length === PAGE;
  };
  const came = async () => {
    news = true;
    if (looking) return;
    looking = true;
    while (news) {
      news = false;
      await look().catch(wake);
    }
    looking = false;
  };
  const stop = log.listen(() => void came());
  void came();
  return stop;
}
