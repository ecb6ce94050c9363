import { adminListenerPort, type ListensAt } from '../../shared/snapshot/admin.ts';
import { resolved } from '../../shared/resource/resolved.ts';
import type { EnvoyAdmin, Stored } from '../../shared/rest/ports.ts';
import type { AdsServer } from '../ads/ports.ts';
import type { AdminClient } from '../identity/adminAccess.ts';
import { type AdminPlace, askEnvoy } from './askEnvoy.ts';

/** Less than global waits for the zone. */
const TIMEOUT_MS = 7_000;

/** The admin API of an Envoy cannot be asked; the message says why. */
export class EnvoyUnreachable extends Error {
  override name = 'EnvoyUnreachable';
}

/**
 * Asks Envoys of proxies that are connected here: one on this host through the socket of its admin API, whose path the proxy told when it
 * connected; else over mTLS at the admin port that the proxy has on its own address.
 * @param client what this control plane shows there
 * @throws EnvoyUnreachable when the proxy is not connected here, or its Envoy does not answer
 */
export function envoyAdmin(ads: Pick<AdsServer, 'proxies'>, client: () => AdminClient): EnvoyAdmin {
  const ask = async ({ resource }: Stored, path: string): Promise<string> => {
    const id = `${resource.mesh}.${resource.name}`;
    const metadata = ads.proxies.get(id)?.metadata;
    if (!metadata) throw new EnvoyUnreachable(`the proxy ${id} is not connected to this control plane`);
    const { networking } = resolved(resource).spec as { readonly networking: ListensAt };
    const place = { ...metadata, address: networking.address, listenerPort: adminListenerPort(metadata, networking) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const failures: string[] = [];
    for (const way of waysTo(place, client)) {
      try {
        return await askEnvoy(way, path, signal);
      } catch (cause) {
        failures.push((cause as Error).message);
      }
    }
    throw new EnvoyUnreachable(
      `its Envoy cannot be asked: ${failures.map((one) => `${one}. `).join('')}${advice(place)}`,
    );
  };
  return {
    xds: async (proxy, { includeEds }) =>
      redacted(await ask(proxy, includeEds ? '/config_dump?include_eds' : '/config_dump')),
    stats: (proxy, { json, usedOnly }) =>
      ask(proxy, `/stats?${json ? 'format=json&' : ''}${usedOnly ? 'usedonly' : ''}`),
    clusters: (proxy, { json }) => ask(proxy, `/clusters${json ? '?format=json' : ''}`),
  };
}

interface Place {
  readonly address: string;
  /** Of the proxy's own listener before its admin API; 0: there is none. */
  readonly listenerPort: number;
  readonly adminPort: number;
  readonly adminSocket: string;
}

/** What has the port on 127.0.0.1 is the admin API itself, unless that is a socket. */
function waysTo({ address, listenerPort, adminPort, adminSocket }: Place, client: () => AdminClient): AdminPlace[] {
  const socket = adminSocket ? [{ socketPath: adminSocket }] : [];
  if (listenerPort > 0) return [...socket, { host: address, port: listenerPort, client: client() }];
  const isPort = !adminSocket && adminPort > 0 && address === '127.0.0.1';
  return isPort ? [{ host: address, port: adminPort }] : socket;
}

function advice({ address, listenerPort, adminPort }: Place): string {
  if (listenerPort > 0)
    return `This control plane has to reach ${address}, port ${listenerPort} (networking.admin.port), or to be on the proxy's own machine and of its user`;
  const why =
    adminPort === 0
      ? 'Where other proxies share the address and networking.admin.port is not said,'
      : address === '127.0.0.1'
        ? 'At the address 127.0.0.1'
        : `Where networking.admin.port, ${adminPort}, is taken by the proxy itself,`;
  return `${why} the admin API is a socket, which only a control plane on the proxy's own machine and of its user can open`;
}

/** The token that the proxy proves itself with stands in its bootstrap. */
function redacted(dump: string): string {
  return dump.replace(/("key":\s*"authorization",\s*"value":\s*)"[^"]*"/g, '$1"[redacted]"');
}
