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

const page = z.looseObject({
  items: z.array(z.unknown()),
  total: z.number().optional(),
  next: z.string().nullish(),
});

/** The place in a list where a page begins that a `next` leads to. */
function offsetIn(next: string | null | undefined): string | undefined {
  return (next && new URL(next, 'http://next').searchParams.get('offset')) || undefined;
}

/** One page of a list, as somebody asked for it. */
export interface Page {
  readonly items: readonly unknown[];
  readonly total?: number | undefined;
  /** Where the next one begins; absent: that was the last. */
  readonly offset: string | undefined;
}

/** @param query `size` and `offset`; what is absent is the control plane's to say */
export async function fetchPage(
  connection: Connection,
  path: string,
  query: { readonly size?: number | undefined; readonly offset?: string | undefined },
): Promise<Page> {
  const { items, total, next } = page.parse(await connection.get(path, query));
  return { items, total, offset: offsetIn(next) };
}

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
    const next = offsetIn(answer.next);
    offset = next === offset ? undefined : next;
  } while (offset !== undefined);
  return items;
}
