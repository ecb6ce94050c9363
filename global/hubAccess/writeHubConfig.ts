import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hostOf, hostPort } from '../../nats/address.ts';
import { replaceFile } from '../../runtime/file/replaceFile.ts';
import { type CertificateFiles, serverCertificate } from '../../runtime/certificate/serverCertificate.ts';
import { hubTrust } from './accountClaims.ts';
import { hubConfig } from './hubConfig.ts';
import type { HubKeys } from './hubKeys.ts';

export interface HubOptions {
  readonly folder: string;
  /** Address that the hub listens on. */
  readonly host: string;
  /** URLs that global and the zones' servers dial; their ports are what it listens on. */
  readonly url: string;
  readonly leafUrl: string;
  /** Further names and addresses of the hub. */
  readonly names: readonly string[];
  readonly now: Date;
  /** As of `hubTrust`. */
  readonly account?: string;
}

/**
 * Writes what the hub's nats-server is started with, `nats-server -c <folder>/hub.conf`, its certificate, and the CA that it is
 * of (`ca.crt`). @returns the file.
 */
export async function writeHubConfig(keys: HubKeys, options: HubOptions): Promise<string> {
  const { host, url, leafUrl } = options;
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  writeHubCa(keys, folder);
  const file = resolve(folder, 'hub.conf');
  const before = existsSync(file) ? /^operator: (\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  const text = hubConfig({
    listen: hostPort(host, new URL(url).port || 4222),
    leafListen: hostPort(host, new URL(leafUrl).port || 7422),
    store: resolve(folder, 'jetstream'),
    claims: resolve(folder, 'claims'),
    trust: await hubTrust(keys, options.account, before),
    certificate: await hubCertificate(keys, options),
  });
  replaceFile(file, text);
  return file;
}

/** What its servers' certificates are of. @returns the file */
export function writeHubCa({ trusted }: HubKeys, folder: string): string {
  const file = resolve(folder, 'ca.crt');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== trusted) replaceFile(file, trusted, 0o644);
  return file;
}

/** The hub's certificate, made anew when it is time. */
export function hubCertificate({ ca }: HubKeys, options: HubOptions): Promise<CertificateFiles> {
  const { folder, url, leafUrl, names, now } = options;
  const hosts = [...new Set(['localhost', '127.0.0.1', hostOf(url), hostOf(leafUrl), ...names])];
  return serverCertificate(ca, resolve(folder), 'hub', hosts, now);
}
