import { fromBinary, type JsonObject } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema, DiscoveryRequestSchema } from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
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

function nodeOf(node: { readonly id: string; readonly metadata?: JsonObject | undefined } | undefined): Decoded<never>['node'] {
  return node && { id: node.id, metadata: node.metadata ?? {} };
}
