import { join } from 'node:path';
import type { KeyPair } from '@nats-io/nkeys';
import { joinHub } from './joinHub.ts';
import { leafUser } from './leafUser.ts';
import { writeLeafConfig } from './writeLeafConfig.ts';
import { zoneToken } from './zoneToken.ts';

interface Settings {
  readonly name: string;
  readonly 'data.dir': string;
  readonly 'leaf.dir': string;
  readonly 'nats.url': string;
  readonly 'global.url': string;
  readonly 'global.tokenFile': string;
}

export interface PreparedLeaf {
  /** What the control planes of the zone prove themselves with at the nats-server. */
  readonly user: KeyPair;
  /** Configuration of the nats-server. */
  readonly file: string;
  /** Ends the renewal of the credential. */
  stop(): void;
}

/** Gets the zone into the hub and writes what its nats-server is started with. @throws Error for the operator */
export async function prepareLeaf(settings: Settings, onError: (error: unknown) => void): Promise<PreparedLeaf> {
  const { name: zone, 'nats.url': url } = settings;
  const folder = settings['leaf.dir'] || join(settings['data.dir'], 'leaf');
  const user = leafUser(join(settings['data.dir'], 'leaf-user.nk'));
  const { membership, stop } = await joinHub({
    zone,
    folder,
    globalUrl: settings['global.url'],
    token: () => zoneToken(settings['global.tokenFile'], zone),
    onError,
  });
  const file = writeLeafConfig({ folder, zone, url, userKey: user.getPublicKey(), hubUrl: membership.hubUrl });
  return { user, file, stop };
}
