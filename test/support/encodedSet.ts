import type { Encoded } from '../../zone/ads/encoded.ts';

/** What a proxy is to have, by name and version alone. */
export function encodedSet(versions: Readonly<Record<string, string>>): ReadonlyMap<string, Encoded> {
  const nothing = { sotw: Buffer.alloc(0), delta: Buffer.alloc(0), endpoints: '' };
  return new Map(Object.entries(versions).map(([name, version]) => [name, { name, version, ...nothing }]));
}
