import { type RequestOptions, request as httpsRequest } from 'node:https';
import { request } from '../../http/nodeHttp.ts';
import { ADMIN_SERVER } from '../../shared/snapshot/adminTrust.ts';
import type { AdminClient } from '../identity/adminAccess.ts';

/** Where an admin API is asked: with a client, over mTLS. */
export type AdminPlace =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly client?: AdminClient };

/** What an admin API answers to a GET. @throws Error when there is no answer before `signal`, or it is none of 200 */
export function askEnvoy(place: AdminPlace, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(signal.aborted ? new Error('no answer in time') : cause);
    const call = requestTo(place, { path, signal, agent: false });
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode} instead of an answer to ${path}`));
      });
    });
    call.on('error', fail);
    call.end();
  });
}

function requestTo(place: AdminPlace, options: RequestOptions) {
  if ('socketPath' in place) return request({ ...options, socketPath: place.socketPath });
  const { host, port, client } = place;
  if (!client) return request({ ...options, host, port });
  const { certificatePem: cert, privateKeyPem: key, trustedPem: ca } = client;
  return httpsRequest({ ...options, host, port, servername: ADMIN_SERVER, ca, cert, key, minVersion: 'TLSv1.2' });
}
