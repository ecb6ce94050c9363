import { fromBinary, type JsonObject } from '@bufbuild/protobuf';
import type { Node } from '../../shared/xds/gen/envoy/config/core/v3/base_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL, XDS_KINDS, type XdsKind } from '../../shared/xds/snapshot.ts';
import type { DeltaRequest } from './deltaStream.ts';
import type { SotwRequest } from './sotwStream.ts';

/** A request as it came over the wire. */
export interface Decoded<R> {
  /** Absent for a type that we do not serve. */
  readonly request: R | undefined;
  readonly typeUrl: string;
  /** Only the first request of a stream is sure to have it. */
  readonly node: { readonly id: string; readonly metadata: JsonObject } | undefined;
}

const kinds = new Map<string, XdsKind>(XDS_KINDS.map((kind) => [TYPE_URL[kind], kind]));
// The first request tells 470 extensions of Envoy in fields that we have no use for.
const options = { readUnknownFields: false };

/** @throws Error when the bytes are no DeltaDiscoveryRequest */
export function decodeDelta(bytes: Uint8Array): Decoded<DeltaRequest> {
  const message = fromBinary(DeltaDiscoveryRequestSchema, bytes, options);
  const kind = kinds.get(message.typeUrl);
  const request = kind && {
    kind,
    nonce: message.responseNonce,
    subscribe: message.resourceNamesSubscribe,
    unsubscribe: message.resourceNamesUnsubscribe,
    initialVersions: message.initialResourceVersions,
    ...refusal(message.errorDetail),
  };
  return { request, typeUrl: message.typeUrl, node: nodeOf(message.node) };
}

/** @throws Error when the bytes are no DiscoveryRequest */
export function decodeSotw(bytes: Uint8Array): Decoded<SotwRequest> {
  const message = fromBinary(DiscoveryRequestSchema, bytes, options);
  const kind = kinds.get(message.typeUrl);
  const request = kind && {
    kind,
    nonce: message.responseNonce,
    names: message.resourceNames,
    version: message.versionInfo,
    ...refusal(message.errorDetail),
  };
  return { request, typeUrl: message.typeUrl, node: nodeOf(message.node) };
}

function refusal(detail: { readonly message: string } | undefined): { error?: string } {
  return detail ? { error: detail.message || 'refused without a reason' } : {};
}

/** Envoy tells its own version in the node; it goes where kuma-dp would have put it, `metadata.version.envoy`. */
export function nodeOf(node: Node | undefined): Decoded<never>['node'] {
  if (!node) return undefined;
  const metadata = node.metadata ?? {};
  const told = node.userAgentVersionType;
  const version = (metadata.version ?? {}) as JsonObject;
  if (version.envoy || told.case !== 'userAgentBuildVersion' || !told.value.version) return { id: node.id, metadata };
  const { majorNumber, minorNumber, patch } = told.value.version;
  const labels = told.value.metadata ?? {};
  const parts = ['revision.sha', 'revision.status', 'build.type', 'ssl.version'].map((label) =>
    String(labels[label] ?? ''),
  );
  const number = `${majorNumber}.${minorNumber}.${patch}`;
  const build = [parts[0], number, ...parts.slice(1)].join('/');
  return { id: node.id, metadata: { ...metadata, version: { ...version, envoy: { version: number, build } } } };
}
