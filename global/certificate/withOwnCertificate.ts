import { join, resolve } from 'node:path';
import type { GlobalConfig } from '../config.ts';
import type { CaMaterial } from './root.ts';
import { serverCertificate } from './serverCertificate.ts';

/** The configuration with a certificate of our own CA for the REST API, if it is to have that. */
export async function withOwnCertificate(config: GlobalConfig, ca: CaMaterial, now: Date): Promise<GlobalConfig> {
  if (!config['api.https.selfIssued'] || config['api.https.certFile']) return config;
  const hosts = [...new Set(['localhost', '127.0.0.1', config['api.host'], ...config['hub.names']])];
  const folder = resolve(join(config['data.dir'], 'api'));
  const { certFile, keyFile } = await serverCertificate(ca, folder, 'api', hosts, now);
  return { ...config, 'api.https.certFile': certFile, 'api.https.keyFile': keyFile };
}
