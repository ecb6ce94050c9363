import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

// The few fields of Envoy's messages that a simulated sidecar needs. Decoding responses as a whole would cost the machine more
// than the control plane that is measured on it.

export interface Response {
  readonly typeUrl: string;
  readonly nonce: string;
  /** State of the world only. */
  readonly version: string;
  /** The resources themselves: Cluster, Listener, … */
  readonly resources: readonly Uint8Array[];
  /** Delta only. */
  readonly removed: readonly string[];
}

const LENGTH_DELIMITED = 2;
const text = new TextDecoder();

/** Contents of all fields with this number that have a length, in their order. */
export function fieldsOf(message: Uint8Array, number: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === number && wireType === LENGTH_DELIMITED) found.push(reader.bytes());
    else reader.skip(wireType, field);
  }
  return found;
}

/** The last one counts; empty where there is none. */
function textOf(message: Uint8Array, number: number): string {
  return text.decode(fieldsOf(message, number).at(-1));
}

/** DiscoveryResponse: version_info = 1, resources = 2 (Any), type_url = 4, nonce = 5. */
export function readSotw(message: Uint8Array): Response {
  return read(message, (any) => any, false);
}

/** DeltaDiscoveryResponse: resources = 2 (Resource, with the Any in its field 2), type_url = 4, nonce = 5, removed_resources = 6. */
export function readDelta(message: Uint8Array): Response {
  return read(message, (resource) => fieldsOf(resource, 2).at(-1), true);
}

function read(
  message: Uint8Array,
  anyOf: (resource: Uint8Array) => Uint8Array | undefined,
  hasRemoved: boolean,
): Response {
  const reader = new BinaryReader(message);
  let version = '';
  let typeUrl = '';
  let nonce = '';
  const resources: Uint8Array[] = [];
  const removed: string[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) version = reader.string();
    else if (field === 2) {
      const any = anyOf(reader.bytes());
      if (any) resources.push(fieldsOf(any, 2).at(-1) ?? new Uint8Array());
    } else if (field === 4) typeUrl = reader.string();
    else if (field === 5) nonce = reader.string();
    else if (field === 6 && hasRemoved) removed.push(reader.string());
    else reader.skip(wireType, field);
  }
  return { typeUrl, nonce, version, resources, removed };
}

/** All five kinds of resource have their name in field 1, and say it first. */
export function nameOf(resource: Uint8Array): string {
  const reader = new BinaryReader(resource);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) return reader.string();
    reader.skip(wireType, field);
  }
  return '';
}

/** Cluster: eds_cluster_config = 3 { service_name = 2 }. @returns the name that its endpoints have, if it gets them over EDS */
export function endpointNamesOf(cluster: Uint8Array): string[] {
  return fieldsOf(cluster, 3).map((eds) => textOf(eds, 2) || nameOf(cluster));
}

/**
 * Listener: filter_chains = 3, default_filter_chain = 25; in a chain filters = 3 { typed_config = 4 }; in an
 * HttpConnectionManager rds = 3 { route_config_name = 2 }.
 */
export function routeNamesOf(listener: Uint8Array): string[] {
  const chains = [...fieldsOf(listener, 3), ...fieldsOf(listener, 25)];
  const configs = chains.flatMap((chain) => fieldsOf(chain, 3)).flatMap((filter) => fieldsOf(filter, 4));
  const managers = configs.filter((any) => textOf(any, 1).endsWith('.HttpConnectionManager'));
  return managers
    .flatMap((any) => fieldsOf(any, 2))
    .flatMap((manager) => fieldsOf(manager, 3))
    .map((rds) => textOf(rds, 2));
}

export interface SotwRequest {
  readonly typeUrl: string;
  /** An encoded envoy.config.core.v3.Node. */
  readonly node?: Uint8Array | undefined;
  readonly version: string;
  readonly nonce: string;
  readonly names: Iterable<string>;
}

/** DiscoveryRequest: version_info = 1, node = 2, resource_names = 3, type_url = 4, response_nonce = 5. */
export function writeSotw({ typeUrl, node, version, nonce, names }: SotwRequest): Uint8Array {
  const writer = new BinaryWriter();
  if (version) writer.tag(1, LENGTH_DELIMITED).string(version);
  if (node) writer.tag(2, LENGTH_DELIMITED).bytes(node);
  for (const name of names) writer.tag(3, LENGTH_DELIMITED).string(name);
  writer.tag(4, LENGTH_DELIMITED).string(typeUrl);
  if (nonce) writer.tag(5, LENGTH_DELIMITED).string(nonce);
  return writer.finish();
}

export interface DeltaRequest {
  readonly typeUrl: string;
  readonly node?: Uint8Array | undefined;
  readonly nonce?: string;
  readonly subscribe?: readonly string[];
  readonly unsubscribe?: readonly string[];
}

/** DeltaDiscoveryRequest: node = 1, type_url = 2, resource_names_subscribe = 3, …_unsubscribe = 4, response_nonce = 6. */
export function writeDelta({ typeUrl, node, nonce, subscribe = [], unsubscribe = [] }: DeltaRequest): Uint8Array {
  const writer = new BinaryWriter();
  if (node) writer.tag(1, LENGTH_DELIMITED).bytes(node);
  writer.tag(2, LENGTH_DELIMITED).string(typeUrl);
  for (const name of subscribe) writer.tag(3, LENGTH_DELIMITED).string(name);
  for (const name of unsubscribe) writer.tag(4, LENGTH_DELIMITED).string(name);
  if (nonce) writer.tag(6, LENGTH_DELIMITED).string(nonce);
  return writer.finish();
}
