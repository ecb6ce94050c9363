import { setTimeout as sleep } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import { lookUp } from '../../nats/lookUp.ts';
import type { Refill } from '../../shared/event/status.ts';
import { follow, type Following } from './follow.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import type { PolicyLog } from './policyLog.ts';

type Deps = {
  readonly leaf: LeafConnection;
  readonly policy: PolicyLog;
  readonly now: () => Date;
  readonly onError: (error: Error) => void;
};

const FILL_POLL_MS = 10;
/** While something is known to be missing: it may have gone from the mirror, as what tells of a deletion does. */
const MISSING_POLL_MS = 100;
/** A refill that did not help is not begun again at once: the mirror itself may be wrong. */
const REFILL_PAUSE_MS = 10_000;
/** The view differs again so soon after a refill: the mirror was wrong, and is made anew after a shorter pause. */
const HELPED_MS = 60_000;
const MIRROR_PAUSE_MS = 2_000;

/** Follows the mirror of the policy log: knows when a fill from it is complete, and begins one anew. */
export class PolicyStream {
  readonly #deps: Deps;
  #events: Following | undefined;
  #ready: boolean;
  #refill: Refill | undefined;
  /** When it ended, by the clock that only runs. */
  #refilledAt = Number.NEGATIVE_INFINITY;
  /** The mirror was made anew by the last refill. */
  #remade = false;
  #expected = 0;
  #lastPassedOver = 0;
  /** The mirror of another log is being taken away. */
  #leaving = false;
  #stopped = false;

  /** Begins with the copy on disk, where there is one. */
  constructor(deps: Deps) {
    this.#deps = deps;
    this.#ready = deps.policy.load();
  }

  /** Whether the first fill is complete. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The last time that it filled itself anew. */
  get refill(): Refill | undefined {
    return this.#refill;
  }

  /** The first fill goes at least so far: global has told its head. */
  expect(head: number): void {
    this.#expected = head;
  }

  /** To be called when the mirror is there. */
  start(): void {
    const { leaf, policy, onError } = this.#deps;
    this.#events = follow({
      leaf,
      stream: 'EVENTS',
      after: policy.position,
      keepsNumbers: true,
      onMessage: (message) =>
        policy.take(message.seq, {
          subject: message.subject,
          headers: headersOf(message),
          body: message.string(),
        }),
      // A mirror that is filling is caught up with again and again.
      onCaughtUp: () => {
        if (this.#ready || this.#reached(this.#expected)) void this.#fillComplete().catch(onError);
      },
      onPassedOver: (last) => this.#passedOver(last),
      onRecreated: () => {},
      onError,
    });
    void this.#firstFill();
  }

  /**
   * Fills the policy part of the view anew from the mirror. When that did not help, the mirror itself is made anew: a server that
   * comes back can pass over a message. Does nothing while it is at it, and soon after the last time.
   */
  fillAnew(why: string): void {
    const mirrorIsWrong = this.#sinceRefill < HELPED_MS;
    const pause = mirrorIsWrong && !this.#remade ? MIRROR_PAUSE_MS : REFILL_PAUSE_MS;
    if (this.#refilling || this.#sinceRefill < pause) return;
    if (mirrorIsWrong) this.#fill('the hub, since the mirror did not help', why, true);
    else this.#fill('the mirror', why, false);
  }

  /** The mirror is at its end, but the last of it is not there: no digest tells, since global's at our position is the same. */
  #passedOver(last: number): void {
    const pause = last === this.#lastPassedOver ? HELPED_MS : REFILL_PAUSE_MS;
    if (this.#refilling || this.#sinceRefill < pause) return;
    this.#lastPassedOver = last;
    const missing = `what came after ${this.#deps.policy.position}, up to ${last}`;
    this.#fill('the hub', `the mirror passed over ${missing}`, true);
  }

  #fill(from: string, why: string, mirrorIsWrong: boolean): void {
    const { leaf, policy, now, onError } = this.#deps;
    if (!this.#events) return;
    this.#remade = mirrorIsWrong;
    onError(new Error(`the policy part of the view is filled anew from ${from}: ${why}`));
    this.#refill = { startedAt: now().toISOString(), reason: why, count: (this.#refill?.count ?? 0) + 1 };
    policy.beginRefill();
    // What is missing is made again, from its beginning, by whoever keeps the zone joined.
    if (mirrorIsWrong) leaf.jsm.streams.delete('EVENTS').catch(onError);
    this.#events.again();
  }

  /** Milliseconds. */
  get #sinceRefill(): number {
    return performance.now() - this.#refilledAt;
  }

  /**
   * Global has this log. When what we have is of another one, the mirror goes, since its numbers mean other events: who keeps the
   * zone joined makes it again, from its beginning.
   */
  async followLog(logId: string): Promise<void> {
    const { leaf, policy, now, onError } = this.#deps;
    const pause = this.#sinceRefill < REFILL_PAUSE_MS;
    if (!this.#events || this.#leaving || this.#refilling || pause || !policy.logId || policy.logId === logId) return;
    this.#leaving = true;
    try {
      const why = `global has the log ${logId}, this is of ${policy.logId}`;
      onError(new Error(`the policy part of the view is filled anew from the hub: ${why}`));
      await lookUp(() => leaf.jsm.streams.delete('EVENTS'));
      this.#refill = { startedAt: now().toISOString(), reason: why, count: (this.#refill?.count ?? 0) + 1 };
      policy.beginRefill();
      this.#events.again();
    } finally {
      this.#leaving = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#events?.stop();
  }

  get #refilling(): boolean {
    return this.#refill !== undefined && this.#refill.finishedAt === undefined;
  }

  /**
   * A mirror that is still filling has nothing pending now and then, and may say that it does not lag: a fill is complete when it
   * reaches what global had when it greeted us, and what it holds last has come here.
   */
  async #fillComplete(): Promise<void> {
    const { leaf, policy, now } = this.#deps;
    if (this.#ready && !this.#refilling) return;
    const { mirror, state } = await leaf.jsm.streams.info('EVENTS');
    if (!mirror || mirror.lag > 0 || mirror.active < 0 || state.last_seq < this.#expected) return;
    const last = await leaf.jsm.streams.getMessage('EVENTS', { last_by_subj: '>' });
    if (!last || !this.#reached(last.seq)) return;
    policy.flush();
    this.#ready ||= policy.position > 0;
    if (!this.#refill || !this.#refilling || !policy.endRefill()) return;
    this.#refill = { ...this.#refill, finishedAt: now().toISOString() };
    this.#refilledAt = performance.now();
  }

  /** Nothing tells when a mirror has become full, so it is asked when nothing more comes. */
  async #firstFill(): Promise<void> {
    let before = -1;
    while (!this.#ready && !this.#stopped) {
      const position = this.#events?.position() ?? 0;
      if (position === before) await this.#fillComplete().catch(this.#deps.onError);
      before = position;
      await sleep(this.#reached(this.#expected) ? FILL_POLL_MS : MISSING_POLL_MS);
    }
  }

  /** Whether everything up to there was handed over. */
  #reached(sequence: number): boolean {
    return this.#events !== undefined && this.#events.position() >= sequence;
  }
}

function headersOf(message: JsMsg): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of message.headers ?? []) headers[name] = values[0] ?? '';
  return headers;
}
