import { createHash } from 'node:crypto';
import { TYPE_URL, XDS_KINDS, type XdsKind, type XdsResource } from '../../shared/xds/snapshot.ts';
import { encodeResource } from './encode.ts';

/** A resource ready to be sent: chunks of bytes that responses are put together from. */
export interface Encoded {
  readonly name: string;
  /** Hash of the bytes: equal on every instance and after a restart, so that a reconnecting proxy need not be sent it. */
  readonly version: string;
  /** Field `resources` of a DiscoveryResponse. */
  readonly sotw: Buffer;
  /** Field `resources` of a DeltaDiscoveryResponse. */
  readonly delta: Buffer;
  /**
   * A cluster's name for its endpoints when it gets them over EDS: they must be sent again when the cluster changes, or it
   * stays warming (xds-protos §7.1). Empty otherwise.
   */
  readonly endpoints: string;
}

const encodings: Readonly<Record<XdsKind, WeakMap<XdsResource, Encoded>>> = Object.fromEntries(
  XDS_KINDS.map((kind) => [kind, new WeakMap()]),
) as never;
const typeUrls = Object.fromEntries(
  XDS_KINDS.map((kind) => [kind, bytesField(1, Buffer.from(TYPE_URL[kind]))]),
) as Record<XdsKind, Buffer>;

/** Encodes each distinct object once, however many proxies share it. @throws EncodeError */
export function encodedOf(kind: XdsKind, name: string, resource: XdsResource): Encoded {
  const known = encodings[kind].get(resource);
  if (known?.name === name) return known;
  const body = encodeResource(kind, name, resource);
  const version = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  const any = Buffer.concat([typeUrls[kind], bytesField(2, body)]);
  const encoded: Encoded = {
    name,
    version,
    sotw: bytesField(2, any),
    // Resource of discovery.proto: version = 1, resource = 2, name = 3.
    delta: bytesField(
      2,
      Buffer.concat([bytesField(1, Buffer.from(version)), bytesField(2, any), bytesField(3, Buffer.from(name))]),
    ),
    endpoints: kind === 'cluster' ? endpointsName(name, resource) : '',
  };
  encodings[kind].set(resource, encoded);
  return encoded;
}

function endpointsName(name: string, cluster: XdsResource): string {
  if (cluster.type !== 'EDS' && cluster.type !== 3) return '';
  const config = cluster.edsClusterConfig as { readonly serviceName?: string } | undefined;
  return config?.serviceName || name;
}

/** A length-delimited field. */
export function bytesField(number: number, value: Uint8Array): Buffer {
  const head: number[] = [(number << 3) | 2];
  let length = value.byteLength;
  while (length > 0x7f) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return Buffer.concat([Buffer.from(head), value]);
}
