import { request } from '../../http/nodeHttp.ts';
import type { EnvoyAdmin, Stored } from '../../shared/rest/ports.ts';
import type { AdsServer } from '../ads/ports.ts';

const TIMEOUT_MS = 5_000;

/** The admin API of an Envoy cannot be asked; the message says why. */
export class EnvoyUnreachable extends Error {
  override name = 'EnvoyUnreachable';
}

/**
 * Asks an Envoy on this host through the socket of its admin API, whose path the proxy told when it connected.
 * @throws EnvoyUnreachable when the proxy is not connected here, or its Envoy does not answer
 */
export function envoyAdmin(ads: Pick<AdsServer, 'proxies'>): EnvoyAdmin {
  const ask = (proxy: Stored, path: string) => {
    const id = `${proxy.resource.mesh}.${proxy.resource.name}`;
    const socketPath = ads.proxies.get(id)?.metadata.adminSocket;
    if (!socketPath) throw new EnvoyUnreachable(`the proxy ${id} is not connected to this control plane`);
    return get(socketPath, path);
  };
  return {
    xds: async (proxy, { includeEds }) =>
      redacted(await ask(proxy, includeEds ? '/config_dump?include_eds' : '/config_dump')),
    stats: (proxy, { json, usedOnly }) =>
      ask(proxy, `/stats?${json ? 'format=json&' : ''}${usedOnly ? 'usedonly' : ''}`),
    clusters: (proxy, { json }) => ask(proxy, `/clusters${json ? '?format=json' : ''}`),
  };
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, timeout: TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    call.on('error', ({ message }) =>
      reject(
        new EnvoyUnreachable(
          `its Envoy cannot be asked: ${message}. The admin API is a socket, which only a control plane on the proxy's own machine and of its user can open`,
        ),
      ),
    );
    call.end();
  });
}

/** The token that the proxy proves itself with stands in its bootstrap. */
function redacted(dump: string): string {
  return dump.replace(/("key":\s*"authorization",\s*"value":\s*)"[^"]*"/g, '$1"[redacted]"');
}
