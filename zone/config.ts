import { z } from 'zod';
import { logLevel, milliseconds, natsUrl, port, text, zoneName } from '../shared/config/kinds.ts';
import { API_SETTINGS } from '../shared/config/apiSettings.ts';
import { DIAGNOSTICS_SETTINGS } from '../shared/config/diagnosticsSettings.ts';
import { setting, type Values } from '../shared/config/settings.ts';
import { configReader } from '../runtime/configReader.ts';

/** Every setting of a zone control plane; `docs/configuration.md` is made from it. */
export const ZONE_SETTINGS = {
  name: setting(zoneName, 'default', 'name of the zone'),
  host: setting(
    text,
    '127.0.0.1',
    'address that the zone listens on for proxies and that their bootstrap names, when they do not say otherwise',
  ),
  ...API_SETTINGS,
  ...DIAGNOSTICS_SETTINGS,
  'dp.port': setting(port, 5678, 'TLS port of the dp-server: POST /bootstrap and ADS; 0: any free one'),
  'dp.auth': setting(z.enum(['dpToken', 'none']), 'dpToken', 'how proxies prove who they are'),
  // Envoy's back-off before it calls again (0.5 s, doubled at each failure) must fit in, also when all proxies call at once.
  'dp.grace': setting(
    milliseconds,
    5_000,
    'a proxy whose stream ended may come back for so long before its Dataplane is deleted',
  ),
  'dp.return': setting(
    milliseconds,
    30_000,
    'proxies have so long to come to this control plane after it started, after another one of the zone was lost, or after more than half of them left at once, before their Dataplanes are deleted',
  ),
  'ingress.deadAfter': setting(
    milliseconds,
    30_000,
    'nothing is sent to an ingress of another zone that was neither heard of nor reached for so long',
  ),
  'service.vipPort': setting(port, 80, 'port that the virtual IP of every service listens on'),
  'dns.cidr': setting(text, '240.0.0.0/4', 'range of the virtual IPs'),
  'data.dir': setting(text, 'data/zone', 'folder of the copy of the log; control planes of one zone have one each'),
  'keys.dir': setting(
    text,
    '',
    "folder of the zone's keys and of the dp-server's CA, the same for all control planes of the zone; empty: the data folder",
  ),
  'nats.url': setting(natsUrl, 'tls://127.0.0.1:4222', "the zone's own nats-server, a leaf node of the hub"),
  'leaf.dir': setting(
    text,
    '',
    'folder that the zone writes `leaf.conf` into at every start, for `nats-server -c`; empty: `leaf` in the data folder',
  ),
  'global.url': setting(
    text,
    '',
    'REST API of global, where the zone gets its credential for the hub; empty: it goes on with the one it has',
  ),
  'global.tokenFile': setting(text, '', 'file with the zone token (scope `cp`) that it shows there'),
  'global.caFile': setting(
    text,
    '',
    "file with the CA (PEM) that global's certificate is of: global's `hub/ca.crt`, unless it has a certificate of another",
  ),
  'push.quiet': setting(milliseconds, 2, 'changes that follow one another faster are pushed together'),
  'push.ceiling': setting(milliseconds, 20, 'but wait no longer than this at first; longer and longer when it goes on'),
  'log.level': setting(logLevel, 'info', 'trace, debug, info, warn, error, fatal or silent', 'MERIDIAN_LOG_LEVEL'),
};

export const ZONE_PREFIX = 'MERIDIAN_ZONE';

export type ZoneConfig = Values<typeof ZONE_SETTINGS>;

/** @throws WrongSetting */
export const readZoneConfig = configReader(ZONE_SETTINGS, ZONE_PREFIX);
