import { isIPv6 } from 'node:net';

/** The host of a URL as certificates name it, and as one dials it: an IPv6 address without the brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** `host:port` as a nats-server listens on it: an IPv6 address in brackets. */
export function hostPort(host: string, port: string | number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
