import { DEFAULT_ACCESS, type Access, type Right } from '../rest/accessLists.ts';
import { bytes, flag, list, port, regularExpressions, text } from './kinds.ts';
import { setting, type Values } from './settings.ts';

/** Settings of the REST API, the same for every control plane. */
export const API_SETTINGS = {
  'api.host': setting(text, '127.0.0.1', 'address that the REST API listens on'),
  'api.port': setting(port, 5681, 'port of the REST API; 0: any free one'),
  'api.localhostIsAdmin': setting(flag, true, 'requests from this host are an admin, as in Kuma'),
  'api.readOnly': setting(flag, false, 'refuse every PUT and DELETE of resources'),
  'api.bodyLimit': setting(bytes, 4 * 1024 * 1024, 'largest body of a request, bytes; larger ones are answered 413'),
  'api.corsAllowedDomains': setting(
    regularExpressions,
    [],
    'origins whose pages may read answers, or regular expressions that match one wholly, comma-separated; empty: none',
  ),
  'api.https.port': setting(port, 5682, 'port of the REST API over TLS; 0: any free one'),
  'api.https.host': setting(text, '', 'address that it listens on; empty: `api.host`'),
  'api.https.certFile': setting(text, '', 'certificate chain (PEM) of that port; empty: it is not opened'),
  'api.https.keyFile': setting(text, '', 'its private key (PEM)'),
  'api.https.clientCaFile': setting(
    text,
    '',
    'callers with a certificate of this CA (PEM) are an admin; empty: no certificate is asked for',
  ),
  'api.https.requireClientCert': setting(flag, false, 'refuse callers over TLS that have no such certificate'),
  ...holders('adminResources', 'may read and write Secret and GlobalSecret'),
  ...holders('generateDpToken', 'may have tokens of data plane proxies issued'),
  ...holders('generateZoneToken', 'may have tokens of zone proxies issued'),
  ...holders('generateUserToken', 'may have tokens of users issued'),
  ...holders('viewConfigDump', "may see proxies' configuration"),
  ...holders('viewStats', "may see proxies' stats"),
  ...holders('viewClusters', "may see proxies' clusters"),
  ...holders('controlPlaneMetadata', 'may see `GET /config`'),
};

export type ApiConfig = Values<typeof API_SETTINGS>;

type ListSetting = ReturnType<typeof setting<readonly string[]>>;

function holders<R extends Right>(
  right: R,
  what: string,
): Record<`access.${R}.users` | `access.${R}.groups`, ListSetting> {
  const { users, groups } = DEFAULT_ACCESS[right];
  return {
    [`access.${right}.users`]: setting(list, users, `users that ${what}, comma-separated`),
    [`access.${right}.groups`]: setting(list, groups, `groups whose users ${what}, comma-separated`),
  } as Record<`access.${R}.users` | `access.${R}.groups`, ListSetting>;
}

/** The access lists as configured. */
export function accessOf(config: ApiConfig): Access {
  const rights = Object.keys(DEFAULT_ACCESS) as Right[];
  const entries = rights.map((right) => [
    right,
    { users: config[`access.${right}.users`], groups: config[`access.${right}.groups`] },
  ]);
  return Object.fromEntries(entries);
}
