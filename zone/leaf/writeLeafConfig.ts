import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { hostOf, hostPort } from '../../nats/address.ts';
import { serverCertificate } from '../../runtime/certificate/serverCertificate.ts';
import { replaceFile } from '../../runtime/file/replaceFile.ts';
import { caCertificates } from '../identity/caCertificates.ts';
import { caFile, zoneCa } from '../identity/zoneCa.ts';
import { credentialFile, hubCaFile } from '../join/hubCredential.ts';
import { leafConfig } from './leafConfig.ts';

interface Options {
  readonly folder: string;
  readonly zone: string;
  /** Where the zone's control planes reach the nats-server: it listens there. */
  readonly url: string;
  /** Who is let in, as of `LeafConfig`. */
  readonly user: PublicKey;
  readonly system: PublicKey;
  readonly hubUrl: string;
  readonly now: () => Date;
}

interface PublicKey {
  getPublicKey(): string;
}

export interface LeafFiles {
  /** Configuration of the nats-server. */
  readonly file: string;
  /** Writes it anew, for who is to be let in now. */
  write(): void;
  /** The CAs that it is known by. */
  readonly ca: { readonly caFile: string };
  /** What it shows, which it reads when it starts. */
  readonly certificate: OwnCertificate;
  /** When those CAs end. */
  readonly caCertificates: readonly OwnCertificate[];
}

/** Writes what the zone's nats-server is started with, `nats-server -c <folder>/leaf.conf`, and its certificate. */
export async function writeLeafConfig({ zone, url, user, system, hubUrl, now, ...rest }: Options): Promise<LeafFiles> {
  const folder = resolve(rest.folder);
  mkdirSync(folder, { recursive: true });
  const host = hostOf(url);
  const hosts = [...new Set(['localhost', '127.0.0.1', host])];
  const served = async () => {
    const { signing, vouchers } = await zoneCa(folder, 'leaf', now());
    return serverCertificate(signing, folder, 'leaf-server', hosts, now(), vouchers);
  };
  const { certFile, keyFile, renewed } = await served();
  const file = resolve(folder, 'leaf.conf');
  const pending = renewed && existsSync(file);
  const write = () => {
    const text = leafConfig({
      zone,
      listen: hostPort(host, new URL(url).port || 4222),
      store: resolve(folder, 'jetstream'),
      userKey: user.getPublicKey(),
      systemKey: system.getPublicKey(),
      certificate: { certFile, keyFile },
      hub: { url: hubUrl, credentials: credentialFile(folder), caFile: hubCaFile(folder) },
    });
    replaceFile(file, text);
  };
  write();
  return {
    file,
    write,
    ca: { caFile: caFile(folder, 'leaf') },
    certificate: { name: 'leaf', renew: served, pending },
    caCertificates: caCertificates(folder, 'leaf'),
  };
}
