import { Gauge, type Registry as Metrics } from 'prom-client';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { caId } from '../identity/zoneCa.ts';
import { FOREIGN_CA } from './bootstrap.ts';

/** Which CA connected proxies know the zone by: an Envoy keeps what its bootstrap said for as long as it runs. */
export class FormerCa {
  readonly #known = new Map<string, string>();

  /** @param ca as of `NodeMetadata` */
  connected(proxyId: string, ca: string): void {
    this.#known.set(proxyId, ca);
  }

  disconnected(proxyId: string): void {
    this.#known.delete(proxyId);
  }

  /** Tells metrics how many know only former ones. @param trusted PEM of the zone's CAs now */
  measure(metrics: Metrics, trusted: () => string): void {
    const count = () => this.#count(trusted());
    new Gauge({
      name: 'meridian_zone_proxies_of_former_ca',
      help: 'Connected proxies that do not know the CA of the dp-server: they need a restart before the former one ends',
      registers: [metrics],
      collect() {
        this.set(count());
      },
    });
  }

  #count(trusted: string): number {
    const newest = caId(trusted);
    // Bootstraps of older versions do not say it.
    const others = new Set([newest, FOREIGN_CA, ...(certificatesIn(trusted).length < 2 ? [''] : [])]);
    return [...this.#known.values()].filter((ca) => !others.has(ca)).length;
  }
}
