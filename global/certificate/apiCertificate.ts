import { join, resolve } from 'node:path';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { type CertificateFiles, serverCertificate } from '../../runtime/certificate/serverCertificate.ts';
import type { GlobalConfig } from '../config.ts';

/** A certificate of our own CA. */
interface ApiCertificate extends OwnCertificate {
  readonly renew: () => Promise<CertificateFiles>;
}

/**
 * The certificate of our own CA for the REST API; `undefined` when it is to have none, or one of another CA.
 * @param ca the one that signs now
 */
export function apiCertificate(
  config: GlobalConfig,
  ca: () => Promise<CaMaterial>,
  now: () => Date,
): ApiCertificate | undefined {
  if (!config['api.https.selfIssued'] || config['api.https.certFile']) return undefined;
  const own = [config['api.host'], config['api.https.host']].filter(Boolean);
  const hosts = [...new Set(['localhost', '127.0.0.1', ...own, ...config['hub.names']])];
  const folder = resolve(join(config['data.dir'], 'api'));
  return { name: 'api', renew: async () => serverCertificate(await ca(), folder, 'api', hosts, now()) };
}

/** The configuration with that certificate, if any. */
export async function withCertificate(config: GlobalConfig, own: ApiCertificate | undefined): Promise<GlobalConfig> {
  if (!own) return config;
  const { certFile, keyFile } = await own.renew();
  return { ...config, 'api.https.certFile': certFile, 'api.https.keyFile': keyFile };
}
