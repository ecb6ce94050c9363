import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { endOfCa, followedCertificate } from '../../runtime/certificate/readCertificate.ts';
import { hubCaFile, readMembership } from '../join/hubCredential.ts';
import { joinHub } from '../join/joinHub.ts';
import { type LeafUser, leafUser } from './leafUser.ts';
import { type LeafFiles, writeLeafConfig } from './writeLeafConfig.ts';
import { zoneToken } from '../join/zoneToken.ts';

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
  readonly user: LeafUser;
  /** What they prove themselves with to have it read its configuration anew. */
  readonly system: LeafUser;
  /** The CAs that the hub's certificate may be of, which it reads when it starts. */
  readonly hubCa: OwnCertificate;
  /** RFC 3339; absent when there is no credential for the hub. */
  credentialExpiresAt(): string | undefined;
  /** Ends the renewal of the credential. */
  stop(): void;
}

/** The files with what the control planes of the zone prove themselves with at its nats-server. */
export function leafUserFiles(settings: Pick<Settings, 'data.dir' | 'keys.dir'>) {
  const keysDir = settings['keys.dir'] || settings['data.dir'];
  return { user: join(keysDir, 'leaf-user.nk'), system: join(keysDir, 'leaf-system.nk') };
}

/** Gets the zone into the hub and writes what its nats-server is started with. @throws Error for the operator */
export async function prepareLeaf(settings: Settings, onError: (error: unknown) => void): Promise<PreparedLeaf> {
  const { name: zone, 'nats.url': url } = settings;
  const folder = settings['leaf.dir'] || join(settings['data.dir'], 'leaf');
  const files = leafUserFiles(settings);
  const [user, system] = [leafUser(files.user), leafUser(files.system)];
  const caFile = hubCaFile(folder);
  const trusted = () => (existsSync(caFile) ? readFileSync(caFile, 'utf8') : '');
  // What a nats-server that runs already has read at the latest.
  const before = trusted();
  const { membership, stop } = await joinHub({
    zone,
    folder,
    globalUrl: settings['global.url'],
    // Global's next CA comes with the hub's.
    ca: () =>
      settings['global.caFile'] ? `${readFileSync(settings['global.caFile'], 'utf8')}\n${trusted()}` : undefined,
    token: () => zoneToken(settings['global.tokenFile'], zone),
    onError,
  });
  const written = await writeLeafConfig({
    folder,
    zone,
    url,
    user,
    system,
    hubUrl: membership.hubUrl,
    now: () => new Date(),
  });
  const hubCa = { ...followedCertificate('hub-ca', caFile, endOfCa), pending: before !== '' && before !== trusted() };
  return { user, system, hubCa, ...written, credentialExpiresAt: () => readMembership(folder)?.expiresAt, stop };
}
