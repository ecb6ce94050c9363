import { type BareCluster, startBareCluster } from '../support/bareCluster.ts';
import { clock } from './clock.ts';
import { Fleet } from './fleet/fleet.ts';
import type { Protocol } from './fleet/messages.ts';
import { Layout, type LayoutOptions, MESH } from './layout.ts';
import type { Progress } from './progress.ts';
import { HopMeter } from './hops.ts';
import { Meter } from './meter.ts';

export interface BenchOptions extends LayoutOptions {
  readonly rounds: number;
  readonly mtls: boolean;
  readonly protocol: Protocol;
  /** Global and the zone in one process. */
  readonly standalone: boolean;
  /** `postgres://…`; absent: the embedded log. */
  readonly store?: string | undefined;
  /** Environment of the control planes. */
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds after which a sidecar counts as not reached. */
export const TIMEOUT = 30_000;

/** What the rows are measured on: control planes, and a fleet of which nobody is connected at first. */
export class Bench {
  readonly layout: Layout;
  readonly rounds: number;
  readonly progress: Progress;
  readonly fleet: Fleet;
  readonly #cluster: BareCluster;
  #fresh = 100_000;

  static async start(options: BenchOptions, progress: Progress): Promise<Bench> {
    progress.say('starting the control planes');
    const store = options.store ? ['--store', options.store] : [];
    const shape = options.standalone ? ['--standalone'] : [];
    const cluster = await startBareCluster(['--dp-auth', 'none', ...shape, ...store], options.env);
    const bench = new Bench(cluster, options, progress);
    try {
      if (options.mtls) await bench.put(`/meshes/${MESH}`, MTLS);
      await bench.#offerTheRest();
      return bench;
    } catch (cause) {
      await bench.stop();
      throw cause;
    }
  }

  private constructor(cluster: BareCluster, options: BenchOptions, progress: Progress) {
    this.#cluster = cluster;
    this.layout = new Layout(options);
    this.rounds = options.rounds;
    this.progress = progress;
    this.fleet = new Fleet({
      ads: cluster.zones[0]?.ads ?? '',
      protocol: options.protocol,
      secrets: options.mtls ? [`identity_cert:secret:${MESH}`, `mesh_ca:secret:${MESH}`] : [],
    });
  }

  get zonePid(): number {
    return this.#cluster.zones[0]?.pid ?? 0;
  }

  /** A whole number that no change had before. */
  fresh(): number {
    return this.#fresh++;
  }

  /** Writes a resource over REST on global. @returns milliseconds until the answer */
  async put(path: string, body: object): Promise<number> {
    const start = clock();
    await put(this.#cluster.global.url + path, body);
    return clock() - start;
  }

  /** Of the control planes and the fleet. */
  meter(): Meter {
    return new Meter({ global: this.#cluster.global.pid, zone: this.zonePid, fleet: this.fleet.pid });
  }

  /** Of a change's way, as the control planes tell it. */
  hops(): HopMeter {
    const { global, zones } = this.#cluster;
    return new HopMeter({ global: global.diagnostics, zone: zones[0]?.diagnostics ?? '' });
  }

  /**
   * What nobody offers has no protocol, and so no routes that a policy could change: services beyond the sidecars are offered by
   * Dataplanes written over REST at the zone, with no sidecar behind them.
   */
  async #offerTheRest(): Promise<void> {
    const { url = '' } = this.#cluster.zones[0] ?? {};
    const rest = this.layout.offeredByNobody;
    if (rest.length > 0) this.progress.say(`writing ${rest.length} Dataplanes without a sidecar`);
    while (rest.length > 0)
      await Promise.all(
        rest.splice(0, AT_ONCE).map((body) => put(`${url}/meshes/${MESH}/dataplanes/${body.name}`, body)),
      );
  }

  async stop(): Promise<void> {
    await this.fleet.stop();
    await this.#cluster.stop();
  }
}

async function put(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${url} was answered ${response.status}: ${text}`);
}

const AT_ONCE = 16;
const MTLS = {
  type: 'Mesh',
  name: MESH,
  mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
};
