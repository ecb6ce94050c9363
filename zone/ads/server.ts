import { type ServiceDefinition, type UntypedServiceImplementation, status } from '@grpc/grpc-js';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import type { Snapshot, XdsKind } from '../../shared/xds/snapshot.ts';
import { AdsStream, type Call, type Protocol } from './adsStream.ts';
import { deltaMachine } from './deltaStream.ts';
import { byteStream, refusal, tokenOf } from './grpc.ts';
import type { KindState } from './kindState.ts';
import type { Admit, AdsEvents, AdsServer, KindCounters } from './ports.ts';
import { type Decoded, decodeDelta, decodeSotw } from './request.ts';
import { deltaBytes, sotwBytes } from './response.ts';
import { sotwMachine } from './sotwStream.ts';

type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

type Deps = {
  readonly admit: Admit;
  readonly events: AdsEvents;
  readonly log: Log;
  /** Milliseconds that a stream may be open before it asks for something. */
  readonly silentMs?: number;
};

const SILENT_MS = 30_000;
/** Requests that are kept while the proxy is being admitted; Envoy sends one for each kind. */
const MOST_EARLY = 100;

/** What streams of both protocols have in common for the server. */
type OpenStream = Pick<AdsStream<never, never>, 'setSnapshot' | 'snapshot' | 'counters' | 'close'>;

interface Connected {
  readonly proxy: Proxy;
  readonly stream: OpenStream;
  readonly end: (code: status, details: string) => void;
}

const method = (name: string) => byteStream(`/envoy.service.discovery.v3.AggregatedDiscoveryService/${name}`);

/** Messages go through as bytes: responses are put together from encoded resources, requests decoded by need. */
export const ADS_SERVICE: ServiceDefinition = {
  StreamAggregatedResources: method('StreamAggregatedResources'),
  DeltaAggregatedResources: method('DeltaAggregatedResources'),
};

const sotw = { machine: sotwMachine, toBytes: sotwBytes };
const delta = { machine: deltaMachine, toBytes: deltaBytes };

/** The aggregated discovery service: admits streams, keeps one for each proxy, and hands them their snapshots. */
export class GrpcAdsServer implements AdsServer {
  readonly proxies = new Map<string, Proxy>();
  /** How many are being admitted. */
  admitting = 0;
  readonly #connected = new Map<string, Connected>();
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** To be added to a grpc-js server with `ADS_SERVICE`. */
  get handlers(): UntypedServiceImplementation {
    return {
      StreamAggregatedResources: (call: Call) => this.#serve(call, sotw, decodeSotw),
      DeltaAggregatedResources: (call: Call) => this.#serve(call, delta, decodeDelta),
    };
  }

  setSnapshot(proxyId: string, snapshot: Snapshot): Promise<boolean | undefined> {
    return this.#connected.get(proxyId)?.stream.setSnapshot(snapshot) ?? Promise.resolve(undefined);
  }

  snapshotOf(proxyId: string): Snapshot | undefined {
    return this.#connected.get(proxyId)?.stream.snapshot;
  }

  counters(proxyId: string): Readonly<Record<XdsKind, KindCounters>> | undefined {
    return this.#connected.get(proxyId)?.stream.counters;
  }

  disconnect(proxyId: string, reason: string): void {
    this.#connected.get(proxyId)?.end(status.UNAVAILABLE, reason);
  }

  #serve<S extends KindState, R extends { readonly kind: XdsKind }>(
    call: Call,
    protocol: Protocol<S, R>,
    decode: (bytes: Buffer) => Decoded<R>,
  ): void {
    const { log } = this.#deps;
    let connected: Connected | undefined;
    let stream: AdsStream<S, R> | undefined;
    let admitting = false;
    let ended = false;
    const early: R[] = [];
    const silent = setTimeout(
      () => end(status.DEADLINE_EXCEEDED, 'the stream asked for nothing'),
      this.#deps.silentMs ?? SILENT_MS,
    );

    const end = (code: status, details: string) => {
      if (ended) return;
      close();
      call.emit('error', { code, details });
    };
    const close = () => {
      if (ended) return;
      ended = true;
      clearTimeout(silent);
      stream?.close();
      // A newer stream of the same proxy may be in its place by now: then the proxy is not gone.
      if (!connected || this.#connected.get(connected.proxy.id) !== connected) return;
      this.proxies.delete(connected.proxy.id);
      this.#deps.events.disconnected(connected.proxy);
      // Its counters are told until here.
      this.#connected.delete(connected.proxy.id);
    };
    const open = (proxy: Proxy) => {
      if (ended) return;
      stream = new AdsStream({
        call,
        protocol,
        answered: (kind, error) =>
          this.#deps.events.acknowledged({ proxyId: proxy.id, kind, ...(error === undefined ? {} : { error }) }),
      });
      connected = { proxy, stream: stream as unknown as OpenStream, end };
      const older = this.#connected.get(proxy.id);
      this.#connected.set(proxy.id, connected);
      this.proxies.set(proxy.id, proxy);
      older?.end(status.ABORTED, 'a newer stream of this proxy took its place');
      for (const request of early.splice(0)) stream.request(request);
      this.#deps.events.connected(proxy);
    };

    call.on('data', (bytes: Buffer) => {
      if (ended) return;
      try {
        const { request, typeUrl, node } = decode(bytes);
        if (!admitting) {
          if (!node?.id) return end(status.INVALID_ARGUMENT, 'the first request of a stream must carry node.id');
          admitting = true;
          clearTimeout(silent);
          const opening = {
            nodeId: node.id,
            metadata: node.metadata,
            token: tokenOf(call.metadata),
            peer: call.getPeer(),
          };
          this.admitting++;
          const admitted = this.#deps.admit(opening).finally(() => this.admitting--);
          admitted.then(open, (cause: unknown) => {
            const { code, message } = refusal(cause);
            log.warn({ proxy: node.id, peer: opening.peer, reason: message }, 'stream refused');
            end(code, message);
          });
        }
        if (!request) return log.info({ proxy: node?.id, typeUrl }, 'a proxy asks for a type that is not served');
        if (stream) stream.request(request);
        else if (early.length < MOST_EARLY) early.push(request);
        else end(status.RESOURCE_EXHAUSTED, 'too many requests before the first was answered');
      } catch (cause) {
        end(status.INVALID_ARGUMENT, `not a discovery request: ${(cause as Error).message}`);
      }
    });
    call.on('end', () => {
      close();
      call.end();
    });
    call.on('cancelled', close);
    call.on('error', close);
    call.on('close', close);
  }
}
