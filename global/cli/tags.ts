import { z } from 'zod';

const tags = z.record(z.string(), z.string());

const withTags = z.looseObject({
  networking: z
    .looseObject({
      inbound: z.array(z.looseObject({ tags: tags.optional() })).optional(),
      gateway: z.looseObject({ tags: tags.optional() }).optional(),
    })
    .optional(),
});

/** Tags of all inbounds and of the gateway of a Dataplane, merged. */
export function tagsOf(dataplane: unknown): Map<string, Set<string>> {
  const parsed = withTags.safeParse(dataplane);
  const merged = new Map<string, Set<string>>();
  if (!parsed.success) return merged;
  const { inbound = [], gateway } = parsed.data.networking ?? {};
  for (const one of [...inbound, ...(gateway ? [gateway] : [])]) {
    for (const [key, value] of Object.entries(one.tags ?? {}))
      merged.set(key, (merged.get(key) ?? new Set()).add(value));
  }
  return merged;
}

/** `kuma.io/protocol=http version=v1,v2`: sorted, as kumactl prints them. */
export function tagText(merged: ReadonlyMap<string, ReadonlySet<string>>): string {
  return [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${key}=${[...values].sort().join(',')}`)
    .join(' ');
}
