/** How far a change had got at each step of its way, milliseconds from its commit; NaN where nothing was seen. */
export interface Hops {
  /** The hub had it. */
  readonly relayed: number;
  /** The zone's view had it. */
  readonly applied: number;
  /** A sidecar had acknowledged it, the mean of all. */
  readonly acknowledged: number;
}

/** Where the control planes tell their metrics. */
export interface Scraped {
  readonly global: string;
  readonly zone: string;
}

/** Sum in seconds and number of what a histogram saw. */
interface Seen {
  readonly sum: number;
  readonly count: number;
}

/**
 * Reads a change's way out of the product's own histograms: what their sums and counts grew by between two scrapes is that change's,
 * when it was the only one. Their clock is in whole milliseconds.
 */
export class HopMeter {
  readonly #at: Scraped;
  #before: readonly Seen[] = [];

  constructor(at: Scraped) {
    this.#at = at;
  }

  async start(): Promise<void> {
    this.#before = await this.#look();
  }

  async stop(): Promise<Hops> {
    const after = await this.#look();
    const [relayed = Number.NaN, applied = Number.NaN, acknowledged = Number.NaN] = after.map(({ sum, count }, i) => {
      const { sum: sumBefore, count: countBefore } = this.#before[i] ?? { sum: 0, count: 0 };
      return count > countBefore ? ((sum - sumBefore) / (count - countBefore)) * 1_000 : Number.NaN;
    });
    return { relayed, applied, acknowledged };
  }

  async #look(): Promise<readonly Seen[]> {
    const [global, zone] = await Promise.all([metricsOf(this.#at.global), metricsOf(this.#at.zone)]);
    return [
      seen(global, 'meridian_relay_seconds'),
      seen(zone, 'meridian_apply_seconds'),
      seen(zone, 'meridian_propagation_seconds'),
    ];
  }
}

/** @param exposition what `/metrics` says */
export function seen(exposition: string, histogram: string): Seen {
  const value = (suffix: string) =>
    Number(new RegExp(`^${histogram}_${suffix} (\\S+)$`, 'm').exec(exposition)?.[1] ?? 0);
  return { sum: value('sum'), count: value('count') };
}

async function metricsOf(diagnostics: string): Promise<string> {
  return (await fetch(`${diagnostics}/metrics`)).text();
}
