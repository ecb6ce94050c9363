import { clock } from '../clock.ts';
import { collectGarbage } from '../collectGarbage.ts';
import { GrpcStream } from './grpcStream.ts';
import type { Arrival, Commands, FleetSettings, Marker, SidecarSpec, Traffic, WatchEnd } from './messages.ts';
import { nodeOf, SimulatedSidecar } from './simulatedSidecar.ts';
import { Watch } from './watch.ts';

interface Connected {
  readonly stream: GrpcStream;
  readonly sidecar: SimulatedSidecar;
  /** clock(); since it connected */
  configured: number | undefined;
  lastResponse: number | undefined;
  /** Runs while its stream is broken. */
  retry?: NodeJS.Timeout;
}

type Handlers = { [K in keyof Commands]: (...args: Parameters<Commands[K]>) => unknown };

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService';
const METHOD = { delta: 'DeltaAggregatedResources', sotw: 'StreamAggregatedResources' } as const;
/** Envoy's first back-off when its control plane ended the stream, doubled with every further failure, up to the longest one. */
const FIRST_BACK_OFF = 500;
const LONGEST_BACK_OFF = 30_000;
/** Of a gRPC message. */
const HEAD = 5;
const POLL = 10;

/** All sidecars of the process; what the bench asks of it. */
export class Sidecars implements Handlers {
  readonly #settings: FleetSettings;
  readonly #connected = new Map<string, Connected>();
  readonly #watches = new Map<number, Watch>();
  #nextWatch = 1;
  #traffic: Traffic = { responses: 0, bytes: 0 };
  #failures: string[] = [];

  constructor(settings: FleetSettings) {
    this.#settings = settings;
  }

  connect(sidecars: readonly SidecarSpec[]): number {
    const nodes = sidecars.map(nodeOf);
    const at = clock();
    for (const [i, { id }] of sidecars.entries()) this.#connect(id, nodes[i] as Uint8Array);
    return at;
  }

  disconnect(ids: readonly string[]): void {
    for (const id of ids) this.#remove(id);
  }

  watch(markers: readonly Marker[], ids: readonly string[], also: readonly string[]): number {
    const number = this.#nextWatch++;
    this.#watches.set(number, new Watch(markers, ids, also));
    return number;
  }

  arrivals(number: number, timeout: number, count: number): Promise<readonly Arrival[]> {
    return this.#watch(number).reached(count, timeout);
  }

  unwatch(number: number): WatchEnd {
    const end = this.#watch(number).end();
    this.#watches.delete(number);
    return end;
  }

  async configured(ids: readonly string[], timeout: number): Promise<readonly Arrival[]> {
    const end = clock() + timeout;
    const missing = () => ids.some((id) => this.#connected.get(id)?.configured === undefined);
    while (missing() && clock() < end) await new Promise((resolve) => setTimeout(resolve, POLL));
    return this.#times(ids, ({ configured }) => configured);
  }

  lastResponses(ids: readonly string[]): readonly Arrival[] {
    return this.#times(ids, ({ lastResponse }) => lastResponse);
  }

  async settled(quiet: number): Promise<Traffic> {
    for (let seen = -1; seen !== this.#traffic.responses; ) {
      seen = this.#traffic.responses;
      await new Promise((resolve) => setTimeout(resolve, quiet));
    }
    return this.#traffic;
  }

  collectGarbage(): void {
    collectGarbage();
  }

  failures(): readonly string[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  /** @param backOff until it tries again should it fail */
  #connect(id: string, node: Uint8Array, backOff = FIRST_BACK_OFF): void {
    this.#remove(id);
    const { ads, protocol, secrets } = this.#settings;
    const stream = new GrpcStream({
      address: ads,
      path: `${SERVICE}/${METHOD[protocol]}`,
      onMessage: (message) => this.#take(id, connected, message),
      onEnd: (why) => {
        this.#failures.push(`${id}: ${why}`);
        sidecar.stop();
        const next = Math.min(LONGEST_BACK_OFF, connected.configured === undefined ? backOff * 2 : FIRST_BACK_OFF);
        connected.retry = setTimeout(() => this.#connect(id, node, next), backOff * (1 + Math.random() / 2));
      },
    });
    const sidecar = new SimulatedSidecar({
      protocol,
      secrets,
      send: (request) => stream.send(request),
      onConfigured: () => {
        connected.configured = connected.lastResponse;
      },
      onStarved: (missing) => this.#failures.push(`${id}: its clusters waited in vain for ${missing.join(', ')}`),
    });
    const connected: Connected = { stream, sidecar, configured: undefined, lastResponse: undefined };
    this.#connected.set(id, connected);
    sidecar.start(node);
  }

  #take(id: string, connected: Connected, message: Buffer): void {
    const at = clock();
    connected.lastResponse = at;
    const size = HEAD + message.length;
    this.#traffic = { responses: this.#traffic.responses + 1, bytes: this.#traffic.bytes + size };
    const typeUrl = connected.sidecar.take(message);
    for (const watch of this.#watches.values()) watch.take(id, typeUrl, message, size, at);
  }

  #remove(id: string): void {
    const connected = this.#connected.get(id);
    this.#connected.delete(id);
    clearTimeout(connected?.retry);
    connected?.sidecar.stop();
    connected?.stream.close();
  }

  #times(ids: readonly string[], timeOf: (connected: Connected) => number | undefined): Arrival[] {
    return ids.flatMap((id) => {
      const connected = this.#connected.get(id);
      const at = connected && timeOf(connected);
      return at === undefined ? [] : [{ id, at }];
    });
  }

  #watch(number: number): Watch {
    const watch = this.#watches.get(number);
    if (!watch) throw new Error(`there is no watch ${number}`);
    return watch;
  }
}
