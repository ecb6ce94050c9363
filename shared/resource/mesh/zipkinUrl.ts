import { isPort } from '../address.ts';

/** Where a Zipkin takes spans. */
export interface ZipkinUrl {
  readonly tls: boolean;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as they are written. */
  readonly authority: string;
  /** `/` when the URL has none. */
  readonly path: string;
}

/** @returns what is wrong with it, in Kuma's words, where it is none (policies §1.1) */
export function parseZipkinUrl(url: string): ZipkinUrl | string {
  const [, scheme, authority = '', path = ''] = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#@]+)([^?#]*)/i.exec(url) ?? [];
  if (scheme === undefined) return 'invalid URL';
  const [, host, digits] = /^(.*?):(\d+)$/.exec(authority) ?? [];
  if (host === undefined) return 'port has to be explicitly specified';
  const port = Number(digits);
  if (host === '' || !isPort(port)) return 'invalid URL';
  return {
    tls: scheme.toLowerCase() === 'https',
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    authority,
    path: path || '/',
  };
}
