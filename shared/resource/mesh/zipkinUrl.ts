import { isPort } from '../address.ts';

/** Where a Zipkin takes spans. */
interface ZipkinUrl {
  readonly tls: boolean;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as they are written. */
  readonly authority: string;
  /** `/` when the URL has none. */
  readonly path: string;
}

const NO_PORT = 'port has to be explicitly specified';

/** @returns what is wrong with it, in Kuma's words, where it is none */
export function parseZipkinUrl(url: string): ZipkinUrl | string {
  const [, scheme, authority = '', path = ''] = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#@]+)([^?#]*)/i.exec(url) ?? [];
  // to Go a path, and what follows a scheme without a slash, are URLs that have no port
  if (scheme === undefined) return /^(\/|[a-z][a-z0-9+.-]*:(?!\/\/))/i.test(url) ? NO_PORT : 'invalid URL';
  const [, host, digits] = /^(.*?):(\d+)$/.exec(authority) ?? [];
  if (host === undefined) return NO_PORT;
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
