import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Digest } from '../../shared/event/digest.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { isVisibleToZones } from '../../shared/event/subject.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';
import { type Clock, runningAt } from './clock.ts';

/** So many positions back a zone's digest can be compared. */
const KEPT = 10_000;

export interface DigestSource {
  read(after: number, limit: number): Promise<readonly LogEvent[]>;
  head(): Promise<number>;
  listAll(): Promise<readonly Pick<LogEvent, 'key' | 'version' | 'resource'>[]>;
  listen(wake: () => void): () => void;
}

/** Global's own digest of what zones may see, for every recent position: what a zone's is held against. */
export class DigestRing {
  readonly #digest = new Digest((text) => hash('sha256', text, 'buffer'));
  readonly #counts: (key: ResourceKey) => boolean;
  readonly #at = new Map<number, { readonly digest: string; readonly time: number }>();
  #position = 0;
  #visible = 0;

  /** @param counts what the view that is held against it is made of; of zones that is not all of the log. */
  constructor(counts: (key: ResourceKey) => boolean = isVisibleToZones) {
    this.#counts = counts;
  }

  /** Position of the last event that counts. */
  get head(): number {
    return this.#visible;
  }

  /** Everything up to here is taken in. */
  get position(): number {
    return this.#position;
  }

  /** @returns undefined for positions too far back, or ahead of us. */
  digestAt(position: number): string | undefined {
    return this.#at.get(position)?.digest;
  }

  /** When the event after that position was seen to be committed, by the clock that only runs: since then a zone that stands there is behind. */
  behindSince(position: number): number | undefined {
    for (const [at, { time }] of this.#at) if (at > position) return time;
    return undefined;
  }

  /** Begins with the current state instead of the history. */
  restore(state: Awaited<ReturnType<DigestSource['listAll']>>, head: number): void {
    for (const { key, resource, version } of state) {
      if (this.#counts(key)) this.#digest.set(keyText(key), version, canonicalJson(resource));
    }
    this.#position = head;
  }

  /** Does it count for those that follow? */
  counts(key: ResourceKey): boolean {
    return this.#counts(key);
  }

  /** Where zones stand that have seen everything visible; only known after a restart when something visible is the head. */
  mark(visible: number, time: number): void {
    this.#visible = visible;
    this.#keep(time);
  }

  /** @param seenAt by the clock that only runs */
  apply(event: LogEvent, seenAt: number): void {
    if (event.position <= this.#position) return;
    this.#position = event.position;
    if (!this.#counts(event.key)) return;
    this.#digest.set(keyText(event.key), event.version, event.resource ? canonicalJson(event.resource) : undefined);
    this.#visible = event.position;
    this.#keep(seenAt);
  }

  #keep(time: number): void {
    this.#at.set(this.#visible, { digest: this.#digest.hex, time });
    for (const oldest of this.#at.keys()) {
      if (this.#at.size <= KEPT) break;
      this.#at.delete(oldest);
    }
  }
}

const PAGE = 500;
/** What came is not told of twice: who could not read it asks again by himself. */
const RETRY_MS = 500;

/** Keeps a ring up to date with the log, from when it resolves. Returns the function that ends it. */
export async function followDigest(
  source: DigestSource,
  ring: DigestRing,
  clock: Clock,
  onError: (error: Error) => void,
): Promise<() => void> {
  const head = await source.head();
  ring.restore(await source.listAll(), head);
  const last = await lastThatCounts(source, ring, head);
  ring.mark(last?.position ?? 0, runningAt(clock, Date.parse(last?.at ?? new Date(0).toISOString())));
  const ended = new AbortController();
  let running = false;
  let wanted = false;
  const catchUp = async () => {
    wanted = true;
    if (running) return;
    running = true;
    let told = '';
    while (wanted && !ended.signal.aborted) {
      wanted = false;
      const problem = await takeAll(source, ring, clock).catch((error: Error) => error);
      if (!problem || ended.signal.aborted) continue;
      if (problem.message !== told) onError(problem);
      told = problem.message;
      wanted = true;
      await sleep(RETRY_MS, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    }
    running = false;
  };
  const stop = source.listen(() => void catchUp());
  await catchUp();
  return () => {
    stop();
    ended.abort();
  };
}

async function takeAll(source: DigestSource, ring: DigestRing, clock: Clock): Promise<void> {
  for (;;) {
    const events = await source.read(ring.position, PAGE);
    for (const event of events) ring.apply(event, clock.running());
    if (events.length < PAGE) return;
  }
}

/** The newest event that zones may see is found from the end, since what they may not see is rare. */
async function lastThatCounts(source: DigestSource, ring: DigestRing, head: number): Promise<LogEvent | undefined> {
  for (let from = head; from > 0; from -= PAGE) {
    const events = await source.read(Math.max(0, from - PAGE), Math.min(PAGE, from));
    const last = [...events].reverse().find(({ key }) => ring.counts(key));
    if (last) return last;
  }
  return undefined;
}
