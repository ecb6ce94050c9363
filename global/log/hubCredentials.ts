import { z } from 'zod';
import type { Db } from './db.ts';
import { time } from './rows.ts';

const row = z.object({
  user_key: z.string(),
  zone: z.string(),
  token_id: z.string(),
  token_key: z.string(),
  issued_at: time,
  expires_at: time,
});

/** A credential for the hub that a zone was given. */
export interface IssuedCredential {
  /** Public nkey, `U…`: the credential is this key's only one. */
  readonly userKey: string;
  readonly zone: string;
  /** The zone token that it was given for: its id, and the name of the key that signed it. */
  readonly tokenId: string;
  readonly tokenKey: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** The credentials that were issued, beside the log. */
export interface HubCredentials {
  /** @throws Error when another credential is of the same key */
  add(credential: IssuedCredential): Promise<void>;
  /** Those that are not over; what is over is forgotten. */
  current(now: Date): Promise<readonly IssuedCredential[]>;
}

export function hubCredentials(db: Db): HubCredentials {
  return {
    add: async ({ userKey, zone, tokenId, tokenKey, issuedAt, expiresAt }) => {
      // It may be sent twice, see `repeating`; of one key there is one credential all the same.
      const [kept] = await db.query(
        `INSERT INTO hub_credential AS known (user_key, zone, token_id, token_key, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_key) DO UPDATE SET zone = excluded.zone
           WHERE (known.zone, known.token_id, known.issued_at, known.expires_at)
             = (excluded.zone, excluded.token_id, excluded.issued_at, excluded.expires_at) RETURNING user_key`,
        [userKey, zone, tokenId, tokenKey, issuedAt.toISOString(), expiresAt.toISOString()],
      );
      if (!kept) throw new Error(`the key ${userKey} has a credential already; a new one needs a new key`);
    },
    current: async (now) => {
      await db.query('DELETE FROM hub_credential WHERE expires_at < $1', [now.toISOString()]);
      return z
        .array(row)
        .parse(await db.query('SELECT * FROM hub_credential'))
        .map(({ user_key, zone, token_id, token_key, issued_at, expires_at }) => ({
          userKey: user_key,
          zone,
          tokenId: token_id,
          tokenKey: token_key,
          issuedAt: new Date(issued_at),
          expiresAt: new Date(expires_at),
        }));
    },
  };
}
