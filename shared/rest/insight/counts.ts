import type { ProxyStatus } from './proxies.ts';

export interface StatusCounts {
  total: number;
  online: number;
  offline: number;
  partiallyDegraded: number;
}

export function noCounts(): StatusCounts {
  return { total: 0, online: 0, offline: 0, partiallyDegraded: 0 };
}

export function count(counts: StatusCounts, status: ProxyStatus): void {
  counts.total++;
  counts[status]++;
}

/** Protobuf leaves zeros out: `{"total":3,"online":3}`. */
export function withoutZeros(counts: StatusCounts): Partial<StatusCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
}
