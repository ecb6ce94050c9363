import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { selfSignedCertificate } from '../identity/dpServerCertificate.ts';
import { credentialFile, hubCaFile } from './hubCredential.ts';
import { leafConfig } from './leafConfig.ts';

interface Options {
  readonly folder: string;
  readonly zone: string;
  /** Where the zone's control planes reach the nats-server: it listens there. */
  readonly url: string;
  /** Public nkey of the zone's control planes. */
  readonly userKey: string;
  /** As of `LeafConfig`. */
  readonly systemKey: string;
  readonly hubUrl: string;
}

export interface LeafFiles {
  /** Configuration of the nats-server. */
  readonly file: string;
  /** PEM of the certificate that it is known by. */
  readonly ca: string;
}

/** Writes what the zone's nats-server is started with, `nats-server -c <folder>/leaf.conf`, and its certificate. */
export async function writeLeafConfig({ zone, url, userKey, systemKey, hubUrl, ...rest }: Options): Promise<LeafFiles> {
  const folder = resolve(rest.folder);
  mkdirSync(folder, { recursive: true });
  const { hostname, port } = new URL(url);
  const hosts = [...new Set(['localhost', '127.0.0.1', hostname])];
  const { certificatePem } = await selfSignedCertificate(folder, 'leaf', hosts, new Date());
  const file = resolve(folder, 'leaf.conf');
  const text = leafConfig({
    zone,
    listen: `${hostname}:${port || 4222}`,
    store: resolve(folder, 'jetstream'),
    userKey,
    systemKey,
    certificate: { certFile: resolve(folder, 'leaf.crt'), keyFile: resolve(folder, 'leaf.key') },
    hub: { url: hubUrl, credentials: credentialFile(folder), caFile: hubCaFile(folder) },
  });
  writeFileSync(file, text, { mode: 0o600 });
  return { file, ca: certificatePem };
}
