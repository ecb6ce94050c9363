import type { ServerDuplexStream } from '@grpc/grpc-js';
import { everyKind, type Snapshot, type XdsKind } from '../../shared/xds/snapshot.ts';
import type { KindMachine, KindState } from './kindState.ts';
import type { KindCounters } from './ports.ts';
import { advance, isRefused, isSettled, newStream, receive, type StreamState } from './pushOrder.ts';
import type { Response } from './response.ts';
import { wantedOf } from './wanted.ts';

/** One of the two protocols: its state machine and the form of its responses. */
export interface Protocol<S extends KindState, R extends { readonly kind: XdsKind }> {
  readonly machine: KindMachine<S, R>;
  readonly toBytes: (response: Response) => Buffer;
}

export type Call = ServerDuplexStream<Buffer, Buffer>;

type Deps<S extends KindState, R extends { readonly kind: XdsKind }> = {
  readonly call: Call;
  readonly protocol: Protocol<S, R>;
  readonly answered: (kind: XdsKind, error: string | undefined) => void;
};

const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;

type Counter = { -readonly [Field in keyof KindCounters]: KindCounters[Field] };

/**
 * An admitted stream: feeds requests and snapshots to the protocol's state machine and writes what it says. Writes nothing
 * while the connection is full; the newest snapshot counts when it drains, so that a slow reader costs no memory.
 */
export class AdsStream<S extends KindState, R extends { readonly kind: XdsKind }> {
  readonly counters: Record<XdsKind, Counter> = everyKind(() => ({ sent: 0, acknowledged: 0, rejected: 0 }));
  snapshot: Snapshot | undefined;
  readonly #deps: Deps<S, R>;
  readonly #backOff = new Map<XdsKind, NodeJS.Timeout>();
  readonly #refusals = new Map<XdsKind, number>();
  readonly #held = new Set<XdsKind>();
  #state: StreamState<S>;
  #full = false;
  #waiting: ((accepted: boolean | undefined) => void)[] = [];

  constructor(deps: Deps<S, R>) {
    this.#deps = deps;
    this.#state = newStream(deps.protocol.machine);
    deps.call.on('drain', () => {
      this.#full = false;
      this.#step();
    });
  }

  request(request: R): void {
    const { state, answer } = receive(this.#deps.protocol.machine, this.#state, request);
    this.#state = state;
    if (answer) {
      const counter = this.counters[request.kind];
      if (answer.accepted) counter.acknowledged++;
      else counter.rejected++;
      this.#hold(request.kind, answer.accepted);
      this.#deps.answered(request.kind, answer.accepted ? undefined : answer.error);
    }
    this.#step();
  }

  /** @throws EncodeError; the snapshot before stays then. */
  setSnapshot(snapshot: Snapshot): Promise<boolean | undefined> {
    this.#state = { ...this.#state, wanted: wantedOf(snapshot, this.#state.wanted, this.snapshot) };
    this.snapshot = snapshot;
    const settled = new Promise<boolean | undefined>((resolve) => this.#waiting.push(resolve));
    this.#step();
    return settled;
  }

  /** The stream is gone; whoever waits for it is told so. */
  close(): void {
    for (const timer of this.#backOff.values()) clearTimeout(timer);
    this.#settle(undefined);
  }

  #step(): void {
    if (this.#full) return;
    const { state, responses } = advance(this.#deps.protocol.machine, this.#state, this.#held);
    this.#state = state;
    for (const response of responses) {
      this.counters[response.kind].sent++;
      if (!this.#deps.call.write(this.#deps.protocol.toBytes(response))) this.#full = true;
    }
    if (this.#waiting.length > 0 && isSettled(state, this.#held)) this.#settle(!isRefused(state));
  }

  /** What is refused is not sent again unchanged; when change after change is refused, the next ones wait longer and longer. */
  #hold(kind: XdsKind, accepted: boolean): void {
    const refusals = accepted ? 0 : (this.#refusals.get(kind) ?? 0) + 1;
    this.#refusals.set(kind, refusals);
    if (refusals < 2 || this.#held.has(kind)) return;
    this.#held.add(kind);
    const wait = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (refusals - 2));
    const end = () => {
      this.#held.delete(kind);
      this.#step();
    };
    this.#backOff.set(kind, setTimeout(end, wait));
  }

  #settle(accepted: boolean | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(accepted);
  }
}
