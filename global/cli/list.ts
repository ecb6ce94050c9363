import { z } from 'zod';
import type { Connection } from './connection.ts';

/** Any resource as REST shows it; what a verb needs beyond is parsed by that verb. */
export const restResource = z.looseObject({
  type: z.string(),
  mesh: z.string().optional(),
  name: z.string(),
  creationTime: z.string().optional(),
  modificationTime: z.string().optional(),
});

export type RestResource = z.infer<typeof restResource>;

const page = z.looseObject({ items: z.array(z.unknown()), next: z.string().nullish() });

/** All items of a list, following `next` through the pages; kumactl stops at the first 100. */
export async function fetchAll(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const items: unknown[] = [];
  let offset: string | undefined;
  do {
    const answer = page.parse(await connection.get(path, { ...query, size: 1000, offset }));
    items.push(...answer.items);
    const next = answer.next ? new URL(answer.next, 'http://next').searchParams.get('offset') : null;
    offset = next === null || next === offset ? undefined : next;
  } while (offset !== undefined);
  return items;
}
