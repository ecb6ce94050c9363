import { flag, list, logLevel, milliseconds, natsUrl, postgresUrl, text } from '../shared/config/kinds.ts';
import { API_SETTINGS } from '../shared/config/apiSettings.ts';
import { DIAGNOSTICS_SETTINGS } from '../shared/config/diagnosticsSettings.ts';
import { setting, type Values } from '../shared/config/settings.ts';
import { configReader } from '../runtime/configReader.ts';

/** Every setting of the global control plane; `docs/configuration.md` is made from it. */
export const GLOBAL_SETTINGS = {
  ...API_SETTINGS,
  'api.https.selfIssued': setting(
    flag,
    false,
    "open that port with a certificate of global's own CA (`ca.crt` in `hub.dir`), when there is no `certFile`",
  ),
  ...DIAGNOSTICS_SETTINGS,
  'store.url': setting(
    postgresUrl,
    '',
    'PostgreSQL that holds the event log, postgres://…; empty: the embedded log in the data folder',
  ),
  'data.dir': setting(text, 'data/global', 'folder of the embedded log and of the key that seals secrets'),
  'secrets.keyFile': setting(
    text,
    '',
    'file with the 32-byte key (base64) that wraps the keys of secrets; empty: `secrets.key` in the data folder, made at the first start',
  ),
  'secrets.key': setting(
    text,
    '',
    'that key itself (base64), for environments that keep secrets; empty: it is read from `secrets.keyFile`',
  ),
  'nats.url': setting(natsUrl, 'tls://127.0.0.1:4222', "the hub's nats-server"),
  'hub.dir': setting(
    text,
    '',
    'folder that global writes `hub.conf` into at every start, for `nats-server -c`; empty: `hub` in the data folder',
  ),
  'hub.host': setting(text, '127.0.0.1', 'address that the hub listens on, at the ports of the two URLs'),
  'hub.names': setting(
    list,
    [],
    'further host names and addresses that the hub and global are reached at, for their certificates, comma-separated',
  ),
  'hub.leafUrl': setting(
    natsUrl,
    'tls://127.0.0.1:7422',
    "where the zones' nats-servers reach the hub; they are told when they join",
  ),
  'mesh.createDefault': setting(flag, true, 'make the mesh "default" at the first start'),
  'zone.credentialLifetime': setting(
    milliseconds,
    30 * 24 * 3_600_000,
    'how long the credential of a zone holds; the zone renews it daily while global answers',
  ),
  'zone.stalledAfter': setting(
    milliseconds,
    6_000,
    'a connected zone that does not get on is shown as stalled after so long',
  ),
  'zone.offlineAfter': setting(milliseconds, 8_000, 'a zone that says nothing is shown as offline after so long'),
  'log.level': setting(logLevel, 'info', 'trace, debug, info, warn, error, fatal or silent', 'MERIDIAN_LOG_LEVEL'),
};

export const GLOBAL_PREFIX = 'MERIDIAN_GLOBAL';

export type GlobalConfig = Values<typeof GLOBAL_SETTINGS>;

/** @throws WrongSetting */
export const readGlobalConfig = configReader(GLOBAL_SETTINGS, GLOBAL_PREFIX);
