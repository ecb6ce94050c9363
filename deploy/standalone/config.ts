import { GLOBAL_SETTINGS } from '../../global/config.ts';
import { configReader } from '../../runtime/configReader.ts';
import { text } from '../../shared/config/kinds.ts';
import { setting, type Values } from '../../shared/config/settings.ts';
import { ZONE_SETTINGS } from '../../zone/config.ts';

const {
  'keys.dir': _keys,
  'ingress.deadAfter': _deadAfter,
  'nats.url': _url,
  'leaf.dir': _leaf,
  'global.url': _global,
  'global.tokenFile': _token,
  'global.caFile': _ca,
  ...zone
} = ZONE_SETTINGS;

/** Every setting of a control plane that is alone: a zone's without NATS, peers and other zones, and where global keeps its log. */
export const STANDALONE_SETTINGS = {
  ...zone,
  'data.dir': setting(
    text,
    'data/standalone',
    'folder of all that is kept: `global` in it becomes the data folder of a global control plane, `zone` that of a zone',
  ),
  'store.url': GLOBAL_SETTINGS['store.url'],
  'secrets.keyFile': GLOBAL_SETTINGS['secrets.keyFile'],
  'secrets.key': GLOBAL_SETTINGS['secrets.key'],
  'mesh.createDefault': GLOBAL_SETTINGS['mesh.createDefault'],
};

export const STANDALONE_PREFIX = 'MERIDIAN_STANDALONE';

export type StandaloneConfig = Values<typeof STANDALONE_SETTINGS>;

/** @throws WrongSetting */
export const readStandaloneConfig = configReader(STANDALONE_SETTINGS, STANDALONE_PREFIX);
