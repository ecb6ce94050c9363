import type { ZoneProxyNetworking } from '../zoneProxyNetworking.ts';

/** Where the proxies of a zone leave it; it has no advertised address, since only its own zone uses it. */
export interface ZoneEgressSpec {
  readonly zone?: string | undefined;
  readonly networking: ZoneProxyNetworking;
}
