import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { accessOf, type ApiConfig } from '../shared/config/apiSettings.ts';
import { portTaken } from '../shared/config/portTaken.ts';
import { envName, WrongSetting } from '../shared/config/settings.ts';
import type { RestDeps } from '../shared/rest/ports.ts';
import { type AppOptions, buildApp, type Tls } from './app.ts';
import { followCertificate } from './followCertificate.ts';

/** Requests that are being answered have so long to end when the server stops. */
const CLOSE_MS = 2_000;

type Configured = 'localhostIsAdmin' | 'access' | 'readOnly';

/** What the contract needs beside its settings. */
export type ApiDeps = Omit<RestDeps, Configured>;

/** The REST API of a control plane, listening. */
export interface Api {
  readonly url: string;
  /** `undefined` when the port for TLS is not opened. */
  readonly httpsUrl: string | undefined;
  close(): Promise<void>;
}

/**
 * Serves the REST contract as configured, over HTTP and, where there is a certificate, over TLS; files that are replaced, of the
 * certificate and of the CA of callers, are used within seconds.
 * @param prefix of the environment variables, so that an error can name the one at fault
 * @throws WrongSetting
 */
export async function serveApi(deps: ApiDeps, config: ApiConfig, prefix: string): Promise<Api> {
  const configured: RestDeps = {
    ...deps,
    localhostIsAdmin: config['api.localhostIsAdmin'],
    access: accessOf(config),
    readOnly: config['api.readOnly'],
  };
  const options: AppOptions = {
    bodyLimit: config['api.bodyLimit'],
    corsAllowedDomains: config['api.corsAllowedDomains'],
  };
  const tls = tlsOf(config, prefix);
  const apps: FastifyInstance[] = [];
  const listen = (app: FastifyInstance, setting: 'api.port' | 'api.https.port', host = config['api.host']) => {
    apps.push(app);
    return app.listen({ host, port: config[setting] }).catch((error: Error) => {
      throw portTaken(error, envName(prefix, setting));
    });
  };
  let unfollow = () => {};
  const close = async () => {
    unfollow();
    await Promise.race([Promise.all(apps.map((app) => app.close())), sleep(CLOSE_MS, undefined, { ref: false })]);
  };
  try {
    const url = await listen(buildApp(configured, options), 'api.port');
    if (!tls) return { url, httpsUrl: undefined, close };
    const secure = buildApp(configured, { ...options, tls });
    const httpsUrl = await listen(secure, 'api.https.port', config['api.https.host'] || config['api.host']);
    const files = [config['api.https.certFile'], config['api.https.keyFile'], config['api.https.clientCaFile']].filter(
      Boolean,
    );
    unfollow = followCertificate(
      secure.server as unknown as Server,
      files,
      () => tlsOf(config, prefix),
      (error) => deps.onError(error, { method: 'TLS', path: files.join(', ') }),
    );
    return { url, httpsUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws WrongSetting for a file that is missing or cannot be read */
function tlsOf(config: ApiConfig, prefix: string): Tls | undefined {
  const read = (setting: 'api.https.certFile' | 'api.https.keyFile' | 'api.https.clientCaFile') => {
    const path = config[setting];
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new WrongSetting(`${envName(prefix, setting)}: "${path}" cannot be read: ${(error as Error).message}`);
    }
  };
  const cert = read('api.https.certFile');
  const key = read('api.https.keyFile');
  const clientCa = read('api.https.clientCaFile');
  const requireClientCert = config['api.https.requireClientCert'];
  if (requireClientCert && !clientCa)
    throw new WrongSetting(
      `${envName(prefix, 'api.https.clientCaFile')} has to be set when client certificates are required`,
    );
  if (!cert && !key) return undefined;
  if (!cert || !key) {
    const missing = cert ? 'api.https.keyFile' : 'api.https.certFile';
    throw new WrongSetting(`${envName(prefix, missing)} has to be set: TLS takes a certificate and its key`);
  }
  return { cert, key, requireClientCert, ...(clientCa && { clientCa }) };
}
