import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { credentialFile } from './hubCredential.ts';
import { leafConfig } from './leafConfig.ts';

interface Options {
  readonly folder: string;
  readonly zone: string;
  /** Where the zone's control planes reach the nats-server: it listens there. */
  readonly url: string;
  /** Public nkey of the zone's control planes. */
  readonly userKey: string;
  readonly hubUrl: string;
}

/** Writes what the zone's nats-server is started with, `nats-server -c <folder>/leaf.conf`. @returns the file. */
export function writeLeafConfig({ folder, zone, url, userKey, hubUrl }: Options): string {
  mkdirSync(folder, { recursive: true });
  const { hostname, port } = new URL(url);
  const file = resolve(folder, 'leaf.conf');
  const text = leafConfig({
    zone,
    listen: `${hostname}:${port || 4222}`,
    store: resolve(folder, 'jetstream'),
    userKey,
    hub: { url: hubUrl, credentials: resolve(credentialFile(folder)) },
  });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
