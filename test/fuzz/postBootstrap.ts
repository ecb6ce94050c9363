import { request as httpsRequest } from 'node:https';

/** Asks a dp-server for a bootstrap. @param ads `host:port` @param suffix of the path @returns the status; 0: closed without one */
export function postBootstrap(ads: string, host: string, body: Buffer, suffix = ''): Promise<number> {
  const [hostname, port] = ads.split(':');
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length, host };
    const call = httpsRequest({
      hostname,
      port,
      path: `/bootstrap${suffix}`,
      method: 'POST',
      headers,
      rejectUnauthorized: false,
      agent: false,
    });
    call.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)));
    call.once('error', () => resolve(0));
    call.end(body);
  });
}
