import { z } from 'zod';
import { isVisibleToZones } from '../../shared/event/subject.ts';
import { parseKeyText } from '../../shared/resource/resource.ts';
import type { WrappedDataKey } from '../secret/secretSealer.ts';
import type { Db } from './db.ts';

const dataKeyRow = z.object({ key_id: z.string(), rkey: z.string(), wrapped: z.string() });
const zoneKeyRow = z.object({ zone: z.string(), public_key: z.string() });

const IS_ZONE = "EXISTS (SELECT FROM resource WHERE kind = 'Zone' AND name = zone_key.zone AND NOT deleted)";

/** The keys beside the log: data keys of secrets (wrapped), public keys of zones. Data keys are written by the append. */
export interface SecretKeys {
  get(keyId: string): Promise<Uint8Array | undefined>;
  /** Ids of all data keys that exist. */
  ids(): Promise<readonly string[]>;
  /** All data keys as they are stored. */
  all(): Promise<readonly WrappedDataKey[]>;
  /** Wraps one otherwise, unless it was destroyed or written anew meanwhile. */
  replace(key: WrappedDataKey, wrapped: Uint8Array): Promise<void>;
  /** Those of secrets that zones may have. */
  idsForZones(): Promise<readonly string[]>;
  /** Public keys by zone, of those that are a Zone. */
  zones(): Promise<ReadonlyMap<string, string>>;
  putZone(zone: string, publicKey: string): Promise<void>;
  /** Zones that have a key still, and were deleted. */
  departed(): Promise<readonly string[]>;
  /** No key is granted to the zone any more, unless there is a Zone of that name again. */
  forget(zone: string): Promise<void>;
}

export function secretKeys(db: Db): SecretKeys {
  return {
    get: async (keyId) => {
      const rows = z
        .array(dataKeyRow)
        .parse(await db.query('SELECT key_id, rkey, wrapped FROM data_key WHERE key_id = $1', [keyId]));
      return rows[0] && Buffer.from(rows[0].wrapped, 'base64');
    },
    ids: async () =>
      z
        .array(dataKeyRow.pick({ key_id: true }))
        .parse(await db.query('SELECT key_id FROM data_key'))
        .map((row) => row.key_id),
    all: async () =>
      z
        .array(dataKeyRow)
        .parse(await db.query('SELECT key_id, rkey, wrapped FROM data_key'))
        .map(({ key_id, rkey, wrapped }) => ({ keyId: key_id, rkey, wrapped: Buffer.from(wrapped, 'base64') })),
    replace: async ({ keyId, wrapped: before }, wrapped) => {
      await db.query('UPDATE data_key SET wrapped = $3 WHERE key_id = $1 AND wrapped = $2', [
        keyId,
        Buffer.from(before).toString('base64'),
        Buffer.from(wrapped).toString('base64'),
      ]);
    },
    idsForZones: async () =>
      z
        .array(dataKeyRow.pick({ key_id: true, rkey: true }))
        .parse(await db.query('SELECT key_id, rkey FROM data_key'))
        .filter(({ rkey }) => isVisibleToZones(parseKeyText(rkey)))
        .map((row) => row.key_id),
    zones: async () => {
      const rows = z.array(zoneKeyRow).parse(await db.query(`SELECT zone, public_key FROM zone_key WHERE ${IS_ZONE}`));
      return new Map(rows.map((row) => [row.zone, row.public_key]));
    },
    putZone: async (zone, publicKey) => {
      await db.query(
        'INSERT INTO zone_key (zone, public_key) VALUES ($1, $2) ON CONFLICT (zone) DO UPDATE SET public_key = excluded.public_key',
        [zone, publicKey],
      );
    },
    departed: async () => {
      const rows = await db.query(`SELECT zone FROM zone_key WHERE NOT ${IS_ZONE}`);
      return z
        .array(zoneKeyRow.pick({ zone: true }))
        .parse(rows)
        .map(({ zone }) => zone);
    },
    forget: async (zone) => void (await db.query(`DELETE FROM zone_key WHERE zone = $1 AND NOT ${IS_ZONE}`, [zone])),
  };
}
