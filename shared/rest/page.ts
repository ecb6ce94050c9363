import { Invalid, RestError } from './errors.ts';
import type { RestRequest } from './http.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

export interface Page {
  readonly size: number;
  readonly offset: number;
}

/** `size` and `offset` of a list, refused in the words of Kuma's `pkg/api-server/pagination.go`. @throws Invalid, RestError */
export function pageOf(query: URLSearchParams): Page {
  return { size: sizeOf(query), offset: offsetOf(query) };
}

function sizeOf(query: URLSearchParams): number {
  const text = query.get('size');
  if (!text) return DEFAULT_SIZE;
  const invalid = (reason: string) => new Invalid([{ field: 'size', reason }], undefined, 'Invalid page size');
  const size = Number(text);
  if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(size)) throw invalid('invalid format');
  if (size < 1) throw invalid('must be greater than 0');
  if (size > MAX_SIZE) throw invalid(`invalid page size of ${size}. Maximum page size is ${MAX_SIZE}`);
  return size;
}

function offsetOf(query: URLSearchParams): number {
  const text = query.get('offset');
  if (!text) return 0;
  const wrong = (why: string) =>
    new RestError({ status: 400, detail: `invalid: invalid offset: strconv.Atoi: parsing "${text}": ${why}` });
  if (!/^[-+]?\d+$/.test(text)) throw wrong('invalid syntax');
  const offset = Number(text);
  if (offset < 0 || !Number.isSafeInteger(offset)) throw wrong('value out of range');
  return offset;
}

interface PageAnswer {
  readonly total: number;
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** One page of a list, with the absolute URL of the next one: `null` on the last. @throws Invalid, RestError */
export function pageAnswer<T>(request: RestRequest, all: readonly T[], render: (item: T) => unknown): PageAnswer {
  const { size, offset } = pageOf(request.query);
  const end = offset + size;
  return {
    total: all.length,
    items: all.slice(offset, end).map(render),
    next: end < all.length ? nextLink(request, end) : null,
  };
}

/** The same request with another offset; parameters sorted, as Go encodes them. */
function nextLink({ baseUrl, path, query }: Pick<RestRequest, 'baseUrl' | 'path' | 'query'>, offset: number): string {
  const next = new URLSearchParams(query);
  next.set('offset', String(offset));
  next.sort();
  return `${baseUrl}${path}?${next}`;
}
