import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { ClusterSchema } from '../../shared/xds/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../shared/xds/gen/envoy/config/listener/v3/listener_pb.js';
import { HttpConnectionManagerSchema } from '../../shared/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

export const TYPE = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
} as const;

export interface SimulatedSidecarOptions {
  /** `host:port` of a zone's dp-server. */
  readonly ads: string;
  /** Node id, `<mesh>.<name>`. */
  readonly id: string;
  readonly metadata: Record<string, unknown>;
  /** Names of secrets to subscribe to. */
  readonly secrets: readonly string[];
  readonly onResponse: (sidecar: SimulatedSidecar, response: DeltaDiscoveryResponse) => void;
  readonly onEnd: (sidecar: SimulatedSidecar, why: string) => void;
}

/**
 * A delta ADS client that behaves as Envoy does: clusters and listeners by wildcard, endpoints and routes by the names
 * found in those, everything acknowledged at once. It keeps nothing and serves nothing.
 */
export class SimulatedSidecar {
  readonly id: string;
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
  readonly #options: SimulatedSidecarOptions;
  readonly #subscribed = new Set<string>();
  #ended = false;

  constructor(options: SimulatedSidecarOptions) {
    this.id = options.id;
    this.#options = options;
    // The dp-server's certificate is self-signed; a channel each, as so many Envoys have.
    const secure = credentials.createSsl(null, null, null, { rejectUnauthorized: false });
    this.#client = new Client(options.ads, secure, {
      // An address is no server name (RFC 6066).
      'grpc.ssl_target_name_override': 'localhost',
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
    });
    const encode = (message: DeltaDiscoveryRequest) => Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message));
    const decode = (bytes: Buffer) => fromBinary(DeltaDiscoveryResponseSchema, bytes);
    this.#stream = this.#client.makeBidiStreamRequest(METHOD, encode, decode, new Metadata());
    this.#stream.on('data', (response: DeltaDiscoveryResponse) => this.#take(response));
    this.#stream.on('error', (cause: Error) => this.#end(cause.message));
    this.#stream.on('end', () => this.#end('the server ended the stream'));
    const [cluster = 'bench'] = options.id.split('.').slice(1);
    const node = { id: options.id, cluster, metadata: options.metadata as never };
    this.#send({ node, typeUrl: TYPE.cluster });
    this.#send({ typeUrl: TYPE.listener });
    if (options.secrets.length > 0) this.#send({ typeUrl: TYPE.secret, resourceNamesSubscribe: [...options.secrets] });
  }

  close(): void {
    this.#ended = true;
    this.#stream.end();
    this.#client.close();
  }

  #send(request: Parameters<typeof create<typeof DeltaDiscoveryRequestSchema>>[1]): void {
    this.#stream.write(create(DeltaDiscoveryRequestSchema, request));
  }

  #take(response: DeltaDiscoveryResponse): void {
    this.#options.onResponse(this, response);
    this.#send({ typeUrl: response.typeUrl, responseNonce: response.nonce });
    if (response.typeUrl === TYPE.cluster) this.#subscribe(TYPE.endpoint, response, endpointNames);
    if (response.typeUrl === TYPE.listener) this.#subscribe(TYPE.route, response, routeNames);
  }

  #subscribe(typeUrl: string, response: DeltaDiscoveryResponse, namesOf: (bytes: Uint8Array) => string[]): void {
    const wanted: string[] = [];
    for (const { resource } of response.resources) {
      if (!resource) continue;
      // Each time anew: a listener that was TCP, its service being unknown yet, has routes once the service is there.
      for (const found of namesOf(resource.value)) {
        if (this.#subscribed.has(`${typeUrl}/${found}`)) continue;
        this.#subscribed.add(`${typeUrl}/${found}`);
        wanted.push(found);
      }
    }
    if (wanted.length > 0) this.#send({ typeUrl, resourceNamesSubscribe: wanted });
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(this, why);
  }
}

function endpointNames(bytes: Uint8Array): string[] {
  const cluster = fromBinary(ClusterSchema, bytes);
  return cluster.edsClusterConfig ? [cluster.edsClusterConfig.serviceName || cluster.name] : [];
}

function routeNames(bytes: Uint8Array): string[] {
  const listener = fromBinary(ListenerSchema, bytes);
  const chains = [...listener.filterChains, ...(listener.defaultFilterChain ? [listener.defaultFilterChain] : [])];
  return chains.flatMap((chain) =>
    chain.filters.flatMap(({ configType }) => {
      if (configType.case !== 'typedConfig' || !configType.value.typeUrl.endsWith('.HttpConnectionManager')) return [];
      const { routeSpecifier } = fromBinary(HttpConnectionManagerSchema, configType.value.value);
      return routeSpecifier.case === 'rds' ? [routeSpecifier.value.routeConfigName] : [];
    }),
  );
}
