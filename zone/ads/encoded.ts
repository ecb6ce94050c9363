import { edsName } from '../../shared/xds/cluster.ts';
import type { ClusterJson } from '../../shared/xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { everyKind, type XdsKind, type XdsResource } from '../../shared/xds/snapshot.ts';
import { type Chunks, encodeChunks } from './encode.ts';

/**
 * A resource ready to be sent: chunks of bytes that responses are put together from. Its version is a hash of the bytes, equal
 * on every instance and after a restart, so that a reconnecting proxy need not be sent what it has.
 */
export interface Encoded extends Chunks {
  readonly name: string;
  /**
   * A cluster's name for its endpoints when it gets them over EDS: they must be sent again when the cluster changes, or it
   * stays warming (xDS, Resource warming). Empty otherwise.
   */
  readonly endpoints: string;
}

const encodings = everyKind(() => new WeakMap<XdsResource, Encoded>());

/** Encodes each distinct object once, however many proxies share it. @throws EncodeError */
export function encodedOf(kind: XdsKind, name: string, resource: XdsResource): Encoded {
  const known = encodings[kind].get(resource);
  if (known?.name === name) return known;
  const { version, delta, sotw } = encodeChunks(kind, name, resource);
  const endpoints = (kind === 'cluster' && edsName({ ...(resource as ClusterJson), name })) || '';
  const encoded = { name, version, delta, sotw, endpoints };
  encodings[kind].set(resource, encoded);
  return encoded;
}
