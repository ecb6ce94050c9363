import type { RestRequest } from '../http.ts';

/** The same query from where this page ended, in its direction. */
export function nextLogLink({ baseUrl, path, query }: RestRequest, order: 'asc' | 'desc', last: number): string {
  const next = new URLSearchParams(query);
  next.set('order', order);
  next.set(order === 'asc' ? 'after' : 'before', String(last));
  next.sort();
  return `${baseUrl}${path}?${next}`;
}
