import type { IssuedCredential } from '../log/hubCredentials.ts';

/** A key that signs credentials. */
export interface SigningKey {
  /** GlobalSecret that holds it. */
  readonly name: string;
  readonly serial: number;
  /** When it was made. */
  readonly since: Date;
}

/** A credential that is given while a key is being made may still be signed with the one before; clocks of two globals may differ. */
const MARGIN_MS = 60_000;

/**
 * The signing keys that no zone needs any more: each has a credential that the newest key signed, or none that holds.
 * @param issued credentials that are not over @param zones names of all Zones
 */
export function retiredKeys<K extends SigningKey>(
  keys: readonly K[],
  issued: readonly IssuedCredential[],
  zones: ReadonlySet<string>,
): K[] {
  const [newest, ...older] = [...keys].sort((a, b) => b.serial - a.serial);
  if (!newest || older.length === 0) return [];
  return allHaveSince(newest.since, issued, zones) ? older : [];
}

/** Has every zone that has a credential one that it was given after that time? Arguments as of `retiredKeys`. */
export function allHaveSince(since: Date, issued: readonly IssuedCredential[], zones: ReadonlySet<string>): boolean {
  const latest = new Map<string, number>();
  for (const { zone, issuedAt } of issued)
    if (zones.has(zone)) latest.set(zone, Math.max(latest.get(zone) ?? 0, issuedAt.getTime()));
  return [...latest.values()].every((at) => at > since.getTime() + MARGIN_MS);
}
