import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyPair } from '@nats-io/nkeys';
import { readMembership } from './hubCredential.ts';
import { joinHub } from './joinHub.ts';
import { leafUser } from './leafUser.ts';
import { type LeafFiles, writeLeafConfig } from './writeLeafConfig.ts';
import { zoneToken } from './zoneToken.ts';

interface Settings {
  readonly name: string;
  readonly 'data.dir': string;
  readonly 'keys.dir': string;
  readonly 'leaf.dir': string;
  readonly 'nats.url': string;
  readonly 'global.url': string;
  readonly 'global.tokenFile': string;
  readonly 'global.caFile': string;
}

export interface PreparedLeaf extends LeafFiles {
  /** What the control planes of the zone prove themselves with at the nats-server. */
  readonly user: KeyPair;
  /** RFC 3339; absent when there is no credential for the hub. */
  credentialExpiresAt(): string | undefined;
  /** Ends the renewal of the credential. */
  stop(): void;
}

/** Gets the zone into the hub and writes what its nats-server is started with. @throws Error for the operator */
export async function prepareLeaf(settings: Settings, onError: (error: unknown) => void): Promise<PreparedLeaf> {
  const { name: zone, 'nats.url': url } = settings;
  const folder = settings['leaf.dir'] || join(settings['data.dir'], 'leaf');
  const user = leafUser(join(settings['keys.dir'] || settings['data.dir'], 'leaf-user.nk'));
  const { membership, stop } = await joinHub({
    zone,
    folder,
    globalUrl: settings['global.url'],
    ca: settings['global.caFile'] ? readFileSync(settings['global.caFile'], 'utf8') : undefined,
    token: () => zoneToken(settings['global.tokenFile'], zone),
    onError,
  });
  const written = await writeLeafConfig({ folder, zone, url, userKey: user.getPublicKey(), hubUrl: membership.hubUrl });
  return { user, ...written, credentialExpiresAt: () => readMembership(folder)?.expiresAt, stop };
}
