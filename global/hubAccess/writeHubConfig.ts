import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hubTrust } from './accountClaims.ts';
import { hubConfig } from './hubConfig.ts';
import type { HubKeys } from './hubKeys.ts';

interface Options {
  readonly folder: string;
  /** Address that the hub listens on. */
  readonly host: string;
  /** URLs that global and the zones' servers dial; their ports are what it listens on. */
  readonly url: string;
  readonly leafUrl: string;
}

/** Writes what the hub's nats-server is started with, `nats-server -c <folder>/hub.conf`. @returns the file. */
export async function writeHubConfig(keys: HubKeys, { folder, host, url, leafUrl }: Options): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = resolve(folder, 'hub.conf');
  const text = hubConfig({
    listen: `${host}:${new URL(url).port || 4222}`,
    leafListen: `${host}:${new URL(leafUrl).port || 7422}`,
    store: resolve(folder, 'jetstream'),
    claims: resolve(folder, 'claims'),
    trust: await hubTrust(keys),
  });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
