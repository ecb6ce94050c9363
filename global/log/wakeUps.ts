import type { Db } from './db.ts';

/** Other instances wake us by NOTIFY; this is the safety net should one get lost. */
const POLL_MS = 1_000;

/** Tells whoever wants to know that there are new events, by whichever instance they were written. */
interface WakeUps {
  /** Called with every position that is known to be committed; calls back when it is news. */
  committed(position: number): void;
  listen(wake: () => void): () => void;
  close(): Promise<void>;
}

export async function wakeUps(db: Db, channel: string, head: () => Promise<number>): Promise<WakeUps> {
  const wakes = new Set<() => void>();
  let known = await head();
  const news = (position: number) => {
    known = position;
    for (const wake of wakes) wake();
  };
  const committed = (position: number) => {
    if (position > known) news(position);
  };
  // A head that went back (a restored database) is news too. While the database is away, a later look tells.
  let looking = false;
  const look = async () => {
    // A database that hangs answers none of them: they would take all its connections.
    if (looking) return;
    looking = true;
    const before = known;
    const position = await head().catch(() => before);
    // What was committed while it looked is known already.
    if (known === before && position !== known) news(position);
    looking = false;
  };
  // An empty payload: the connection was away for a while.
  const unlisten = await db.listen(channel, (payload) => {
    if (payload) committed(Number(payload));
    else void look();
  });
  const poll = setInterval(() => void look(), POLL_MS).unref();
  return {
    committed,
    listen: (wake) => {
      wakes.add(wake);
      return () => void wakes.delete(wake);
    },
    close: async () => {
      clearInterval(poll);
      wakes.clear();
      await unlisten();
    },
  };
}
