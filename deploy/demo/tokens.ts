import type { Connection } from '../../global/cli/connection.ts';
import { MESH } from './mesh.ts';

/** Tokens of the demo's proxies, issued once each by global; kept, since new sidecars also start while global is down. */
export class Tokens {
  readonly #api: Connection;
  readonly #issued = new Map<string, Promise<string>>();

  constructor(api: Connection) {
    this.#api = api;
  }

  /** For any Dataplane of that service. */
  ofService(service: string): Promise<string> {
    const body = { name: '', mesh: MESH, tags: { 'kuma.io/service': [service] }, type: 'dataplane', validFor: '24h' };
    return this.#once(`service ${service}`, '/tokens/dataplane', body);
  }

  ofZoneProxy(zone: string, scope: 'ingress' | 'egress'): Promise<string> {
    return this.#once(`${scope} ${zone}`, '/tokens/zone', { zone, scope: [scope], validFor: '24h' });
  }

  #once(key: string, path: string, body: unknown): Promise<string> {
    const known = this.#issued.get(key);
    if (known) return known;
    const issued = this.#api.send('POST', path, { body }).then((answer) => String(answer.body));
    this.#issued.set(key, issued);
    return issued;
  }
}
