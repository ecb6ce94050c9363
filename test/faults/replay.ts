import { createHash } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { Digest } from '../../shared/event/digest.ts';
import { isVisibleToZones } from '../../shared/event/subject.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { parseKeyText } from '../../shared/resource/resource.ts';

const number = z.coerce.number();
const eventRow = z.object({ seq: number, rkey: z.string(), version: number, data: z.unknown() });
const stateRow = z.object({ rkey: z.string(), version: number, seq: number, deleted: z.boolean(), body: z.unknown() });

type EventRow = z.infer<typeof eventRow>;

/** The log as the database has it, past the control plane, and what follows from it. */
export interface Replay {
  readonly events: readonly EventRow[];
  /** Position of the last event that zones may see. */
  readonly position: number;
  /** What a zone's digest must be there. */
  readonly digest: string;
  /** What is wrong with the log, or with the current state beside it, in words. */
  readonly faults: readonly string[];
}

export async function replayLog(store: string): Promise<Replay> {
  const client = new pg.Client({ connectionString: store });
  await client.connect();
  try {
    const events = z
      .array(eventRow)
      .parse((await client.query('SELECT seq, rkey, version, data FROM event ORDER BY seq')).rows);
    const state = z
      .array(stateRow)
      .parse((await client.query('SELECT rkey, version, seq, deleted, body FROM resource')).rows);
    return { events, ...digestOf(events), faults: [...faultsOf(events), ...stateFaults(events, state)] };
  } finally {
    await client.end();
  }
}

function digestOf(events: readonly EventRow[]): { readonly position: number; readonly digest: string } {
  const digest = new Digest((text) => createHash('sha256').update(text).digest());
  let position = 0;
  for (const { seq, rkey, version, data } of events) {
    if (!isVisibleToZones(parseKeyText(rkey))) continue;
    digest.set(rkey, version, data === null ? undefined : canonicalJson(data));
    position = seq;
  }
  return { position, digest: digest.hex };
}

function faultsOf(events: readonly EventRow[]): string[] {
  const faults: string[] = [];
  const versions = new Map<string, number>();
  for (const [index, { seq, rkey, version }] of events.entries()) {
    if (seq !== index + 1) faults.push(`position ${index + 1} is missing, ${seq} follows`);
    if (version !== (versions.get(rkey) ?? 0) + 1) faults.push(`${rkey} has version ${version} at ${seq}`);
    versions.set(rkey, version);
    if (faults.length > 5) break;
  }
  return faults;
}

function stateFaults(events: readonly EventRow[], state: readonly z.infer<typeof stateRow>[]): string[] {
  const last = new Map(events.map((event) => [event.rkey, event]));
  const wrong = state.filter(({ rkey, version, seq, deleted, body }) => {
    const event = last.get(rkey);
    last.delete(rkey);
    if (!event || event.version !== version || event.seq !== seq || deleted !== (event.data === null)) return true;
    return !deleted && canonicalJson(body) !== canonicalJson(event.data);
  });
  return [...wrong.map(({ rkey }) => rkey), ...last.keys()].map(
    (key) => `the state of ${key} is not what its events say`,
  );
}
