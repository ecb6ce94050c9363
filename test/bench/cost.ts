import type { Bench } from './bench.ts';
import type { Row } from './report.ts';

/** Measures what the control planes spend from its start until `take`. */
export class Cost {
  readonly #bench: Bench;
  readonly #before: Awaited<ReturnType<Bench['usage']>>;

  static async start(bench: Bench): Promise<Cost> {
    return new Cost(bench, await bench.usage());
  }

  private constructor(bench: Bench, before: Awaited<ReturnType<Bench['usage']>>) {
    this.#bench = bench;
    this.#before = before;
  }

  /** @param count changes, or seconds, that the CPU time is shared among */
  async take(count: number, per: 'change' | 'second'): Promise<Pick<Row, 'cpu' | 'memory'>> {
    const { global, zone } = await this.#bench.usage();
    const before = this.#before;
    if (!global || !zone || !before.global || !before.zone) return {};
    return {
      cpu: { global: (global.cpu - before.global.cpu) / count, zone: (zone.cpu - before.zone.cpu) / count, per },
      memory: { rss: zone.rss, peak: zone.peak },
    };
  }
}
