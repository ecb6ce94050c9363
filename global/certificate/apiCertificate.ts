import { join, resolve } from 'node:path';
import type { GlobalConfig } from '../config.ts';
import type { OwnCertificate } from './keepCertificates.ts';
import type { CaMaterial } from './root.ts';
import { serverCertificate } from './serverCertificate.ts';

/** The certificate of our own CA for the REST API; `undefined` when it is to have none, or one of another CA. */
export function apiCertificate(config: GlobalConfig, ca: CaMaterial, now: () => Date): OwnCertificate | undefined {
  if (!config['api.https.selfIssued'] || config['api.https.certFile']) return undefined;
  const hosts = [...new Set(['localhost', '127.0.0.1', config['api.host'], ...config['hub.names']])];
  const folder = resolve(join(config['data.dir'], 'api'));
  return { name: 'api', renew: () => serverCertificate(ca, folder, 'api', hosts, now()) };
}

/** The configuration with that certificate, if any. */
export async function withCertificate(config: GlobalConfig, own: OwnCertificate | undefined): Promise<GlobalConfig> {
  if (!own) return config;
  const { certFile, keyFile } = await own.renew();
  return { ...config, 'api.https.certFile': certFile, 'api.https.keyFile': keyFile };
}
