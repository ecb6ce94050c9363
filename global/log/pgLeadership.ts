import pg from 'pg';
import type { Leadership } from './db.ts';

/** A leader that does not reach the database for so long has lost the lock, or must assume it. */
const BEAT_MS = 2_000;
const TIMEOUT_MS = 3_000;

/** Advisory locks of PostgreSQL, each held by a connection of its own: they end with it. */
export function pgLeadership(options: pg.ClientConfig) {
  const all = new Set<pg.Client>();
  /** Connected and without a lock: the next attempt uses it again. */
  let candidate: pg.Client | undefined;

  const connect = async () => {
    const client = new pg.Client({ ...options, query_timeout: TIMEOUT_MS });
    client.on('error', () => {}); // the next query tells
    all.add(client);
    await client.connect().catch(async (error) => {
      await end(client);
      throw error;
    });
    return client;
  };
  const end = async (client: pg.Client) => {
    all.delete(client);
    await client.end().catch(() => {});
  };
  const lead = (client: pg.Client): Leadership => {
    const lost = new AbortController();
    const lose = () => {
      clearInterval(beat);
      lost.abort();
      void end(client);
    };
    const beat = setInterval(() => void client.query('SELECT 1').catch(lose), BEAT_MS).unref();
    client.on('error', lose).on('end', lose);
    return {
      lost: lost.signal,
      release: async () => {
        clearInterval(beat);
        await end(client);
      },
    };
  };

  return {
    async tryLead(lock: number): Promise<Leadership | undefined> {
      let client = candidate;
      candidate = undefined;
      try {
        client ??= await connect();
        const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS leads', [lock]);
        if (rows[0]?.leads === true) return lead(client);
        if (candidate) await end(client);
        else candidate = client;
      } catch {
        // Not reachable: nobody leads from here; the caller tries again.
        if (client) await end(client);
      }
      return undefined;
    },
    async close(): Promise<void> {
      await Promise.all([...all].map(end));
    },
  };
}
