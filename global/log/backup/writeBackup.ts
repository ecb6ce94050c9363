import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Digest } from '../../../shared/event/digest.ts';
import { canonicalJson } from '../../../shared/resource/json.ts';
import type { Db } from '../db.ts';
import { count } from '../rows.ts';
import { FORMAT, type HeadLine } from './format.ts';

/** One statement, and so one moment: head, state and keys fit each other whatever is written meanwhile. */
const MOMENT = `SELECT h.log_id, h.last_seq, (SELECT max(id) FROM migration) AS migration,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('rkey', r.rkey, 'version', r.version, 'body', r.body)), '[]')
       FROM resource r WHERE NOT r.deleted) AS state,
    (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM data_key d) AS data_keys,
    (SELECT coalesce(jsonb_agg(to_jsonb(k)), '[]') FROM zone_key k) AS zone_keys,
    (SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') FROM hub_credential c) AS hub_credentials
  FROM log_head h WHERE h.log = 'global'`;
const PAGE = 'SELECT to_jsonb(e) AS event FROM event e WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 500';

const momentRow = z.object({
  log_id: z.string(),
  last_seq: count,
  migration: count,
  state: z.array(z.object({ rkey: z.string(), version: count, body: z.unknown() })),
  data_keys: z.array(z.unknown()),
  zone_keys: z.array(z.unknown()),
  hub_credentials: z.array(z.unknown()),
});
const pageRow = z.object({ event: z.looseObject({ seq: count }) });

/** The hash that digests are made with. */
export const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The lines of a backup of the log as it stands now, without line ends. The log may be written to meanwhile. */
export async function* writeBackup(db: Db): AsyncIterable<string> {
  const hash = createHash('sha256');
  const line = (value: object) => {
    const text = JSON.stringify(value);
    hash.update(`${text}\n`);
    return text;
  };
  const moment = momentRow.parse((await db.query(MOMENT))[0]);
  const digest = new Digest(sha256);
  for (const { rkey, version, body } of moment.state) digest.set(rkey, version, canonicalJson(body));
  yield line({
    format: FORMAT,
    logId: moment.log_id,
    head: moment.last_seq,
    migration: moment.migration,
    digest: digest.hex,
    dataKeys: moment.data_keys as HeadLine['dataKeys'],
    zoneKeys: moment.zone_keys as HeadLine['zoneKeys'],
    hubCredentials: moment.hub_credentials as HeadLine['hubCredentials'],
  } satisfies HeadLine);
  let events = 0;
  for (let after = 0; after < moment.last_seq; ) {
    const page = z.array(pageRow).parse(await db.query(PAGE, [after, moment.last_seq]));
    if (page.length === 0)
      throw new Error(`the log ends at ${after}, before its head ${moment.last_seq}: it is damaged`);
    for (const { event } of page) yield line(event);
    events += page.length;
    after = page.at(-1)?.event.seq ?? after;
  }
  yield JSON.stringify({ events, sha256: hash.digest('hex') });
}
