import { create, toBinary } from '@bufbuild/protobuf';
import { NodeSchema } from '../../../shared/xds/gen/envoy/config/core/v3/base_pb.js';
import { TYPE_URL } from '../../../shared/xds/snapshot.ts';
import type { Protocol, SidecarSpec } from './messages.ts';
import { Readings } from './readings.ts';
import { Referrers } from './referrers.ts';
import { type Requests, requestsOf } from './requests.ts';
import { endpointNamesOf, nameOf, type Response, routeNamesOf, readDelta, readSotw } from './wire.ts';

interface SimulatedSidecarOptions {
  readonly protocol: Protocol;
  /** Names of secrets that it needs for its clusters. */
  readonly secrets: readonly string[];
  readonly send: (request: Uint8Array) => void;
  /** It has a first whole set of resources. */
  readonly onConfigured: () => void;
  /** Clusters have waited for endpoints or secrets for as long as Envoy would. */
  readonly onStarved: (missing: readonly string[]) => void;
}

/** Envoy's default of `initial_fetch_timeout`. */
const FETCH_TIMEOUT = 15_000;

const CLUSTERS = new Readings(endpointNamesOf);
const LISTENERS = new Readings(routeNamesOf);

/** What a sidecar says of itself with its first request, encoded. */
export function nodeOf({ id, resource }: SidecarSpec): Uint8Array {
  const metadata = {
    'dataplane.resource': resource,
    'dataplane.proxyType': 'dataplane',
    features: [],
    version: { kumaDp: { version: 'bench' }, envoy: { version: 'bench' } },
  };
  return toBinary(NodeSchema, create(NodeSchema, { id, cluster: 'bench', metadata }));
}

/**
 * One stream of a sidecar that asks and acknowledges as Envoy 1.40 was seen to do: clusters first; their acknowledgement when
 * their endpoints have come, also after a change; then listeners, then the routes they name. It serves nothing.
 */
export class SimulatedSidecar {
  readonly #options: SimulatedSidecarOptions;
  readonly #requests: Requests;
  readonly #clusters = new Referrers(CLUSTERS);
  readonly #listeners = new Referrers(LISTENERS);
  /** Endpoints and secrets without which clusters do not warm. */
  readonly #warming = new Set<string>();
  /** Cluster responses that are acknowledged as soon as nothing warms. */
  #unacknowledged: Response[] = [];
  readonly #missingRoutes = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #opened = new Set<string>();
  #listening = false;
  #configured = false;

  constructor(options: SimulatedSidecarOptions) {
    this.#options = options;
    this.#requests = requestsOf(options.protocol);
  }

  /** Sends the first request of the stream. @param node as of `nodeOf` */
  start(node: Uint8Array): void {
    this.#open(TYPE_URL.cluster, [], node);
  }

  /** Takes a response in, answers it. @returns its type */
  take(message: Uint8Array): string {
    const response = this.#options.protocol === 'delta' ? readDelta(message) : readSotw(message);
    switch (response.typeUrl) {
      case TYPE_URL.cluster:
        this.#takeClusters(response);
        break;
      case TYPE_URL.listener:
        this.#takeListeners(response);
        break;
      case TYPE_URL.route:
        this.#acknowledge(response);
        if (this.#missingRoutes.size > 0) this.#arrived(this.#missingRoutes, response);
        break;
      default:
        this.#acknowledge(response);
        if (this.#warming.size > 0) this.#arrived(this.#warming, response);
        this.#warm();
    }
    this.#look();
    return response.typeUrl;
  }

  /** The stream is over. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #takeClusters(response: Response): void {
    const { added, removed, changed } = this.#apply(this.#clusters, response);
    for (const name of changed) this.#warming.add(name);
    this.#subscribe(TYPE_URL.endpoint, added, removed, changed.length > 0);
    if (this.#options.secrets.length > 0 && !this.#opened.has(TYPE_URL.secret)) {
      for (const name of this.#options.secrets) this.#warming.add(name);
      this.#open(TYPE_URL.secret, this.#options.secrets);
    }
    this.#unacknowledged.push(response);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#starve(), FETCH_TIMEOUT);
    this.#warm();
  }

  #takeListeners(response: Response): void {
    this.#listening = true;
    const { added, removed } = this.#apply(this.#listeners, response);
    for (const name of added) this.#missingRoutes.add(name);
    for (const name of removed) this.#missingRoutes.delete(name);
    this.#acknowledge(response);
    this.#subscribe(TYPE_URL.route, added, removed, false);
  }

  #apply(referrers: Referrers, { resources, removed }: Response) {
    return referrers.apply(resources, removed, this.#options.protocol === 'sotw');
  }

  #arrived(missing: Set<string>, { resources }: Response): void {
    for (const resource of resources) missing.delete(nameOf(resource));
  }

  #warm(): void {
    if (this.#warming.size > 0 || this.#unacknowledged.length === 0) return;
    clearTimeout(this.#timer);
    for (const response of this.#unacknowledged.splice(0)) this.#acknowledge(response);
    if (!this.#opened.has(TYPE_URL.listener)) this.#open(TYPE_URL.listener, []);
  }

  #starve(): void {
    this.#options.onStarved([...this.#warming]);
    this.#warming.clear();
    this.#warm();
  }

  #look(): void {
    if (this.#configured || !this.#listening || this.#missingRoutes.size > 0 || this.#warming.size > 0) return;
    this.#configured = true;
    this.#options.onConfigured();
  }

  #open(typeUrl: string, names: readonly string[], node?: Uint8Array): void {
    this.#opened.add(typeUrl);
    this.#options.send(this.#requests.open(typeUrl, names, node));
  }

  #subscribe(typeUrl: string, added: readonly string[], removed: readonly string[], warming: boolean): void {
    if (this.#opened.has(typeUrl)) {
      const request = this.#requests.resubscribe(typeUrl, added, removed, warming);
      if (request) this.#options.send(request);
    } else if (added.length > 0) this.#open(typeUrl, added);
  }

  #acknowledge(response: Response): void {
    this.#options.send(this.#requests.acknowledge(response));
  }
}
