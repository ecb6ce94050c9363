import { setTimeout as wait } from 'node:timers/promises';
import { answerOf, callFromFrontend, callText, type Demo } from '../demo.ts';

/** What one service answered to frontend lately. */
export interface TrafficSummary {
  readonly service: string;
  readonly total: number;
  readonly failed: number;
  /** Milliseconds, of the last requests. */
  readonly median: number | undefined;
  /** The last request in words. */
  readonly last: string;
  /** Instances that answered the last requests: `backend-1 in zone-2` → how many. */
  readonly answeredBy: ReadonlyMap<string, number>;
}

const KEPT = 20;

/** Lets frontend call services all the time, a few requests a second each. */
export class Traffic {
  readonly #summaries = new Map<string, TrafficSummary>();
  readonly #stop = new AbortController();

  constructor(demo: Demo, services: readonly string[]) {
    for (const service of services) void this.#run(demo, service);
  }

  get summaries(): readonly TrafficSummary[] {
    return [...this.#summaries.values()];
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(demo: Demo, service: string): Promise<void> {
    const durations: number[] = [];
    const answers: string[] = [];
    let [total, failed] = [0, 0];
    while (!this.#stop.signal.aborted) {
      const result = await callFromFrontend(demo, service).catch((cause: Error) => ({
        status: 0,
        address: '',
        milliseconds: 0,
        body: null,
        error: cause.message,
      }));
      const answer = answerOf(result);
      total++;
      if (answer) {
        durations.push(result.milliseconds);
        answers.push(`${answer.instance} in ${answer.zone}`);
      } else failed++;
      if (durations.length > KEPT) durations.shift();
      if (answers.length > KEPT) answers.shift();
      const sorted = durations.toSorted((a, b) => a - b);
      const answeredBy = new Map<string, number>();
      for (const text of answers) answeredBy.set(text, (answeredBy.get(text) ?? 0) + 1);
      this.#summaries.set(service, {
        service,
        total,
        failed,
        median: sorted[Math.floor(sorted.length / 2)],
        last: callText(result),
        answeredBy,
      });
      await wait(250, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }
}
