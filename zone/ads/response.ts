import { createHash } from 'node:crypto';
import { everyKind, TYPE_URL, type XdsKind } from '../../shared/xds/snapshot.ts';
import type { Encoded } from './encoded.ts';

/** A message that a stream machine wants to be sent. */
export interface Response {
  readonly kind: XdsKind;
  readonly nonce: string;
  readonly resources: readonly Encoded[];
  /** Delta only. */
  readonly removed: readonly string[];
}

/** DiscoveryResponse: version_info = 1, resources = 2, type_url = 4, nonce = 5. */
export function sotwBytes({ kind, nonce, resources }: Response): Buffer {
  const version = field(1, setVersion(resources));
  return Buffer.concat([version, ...resources.map((one) => one.sotw), typeUrl[kind], field(5, nonce)]);
}

/** DeltaDiscoveryResponse: system_version_info = 1, resources = 2, type_url = 4, nonce = 5, removed_resources = 6. */
export function deltaBytes({ kind, nonce, resources, removed }: Response): Buffer {
  return Buffer.concat([
    ...resources.map((one) => one.delta),
    typeUrl[kind],
    field(5, nonce),
    ...removed.map((name) => field(6, name)),
  ]);
}

/** Version of several resources together: equal sets have equal versions. */
export function setVersion(resources: Iterable<Encoded>): string {
  const hash = createHash('sha256');
  for (const { name, version } of resources) hash.update(`${name} ${version}\n`);
  return hash.digest('base64url').slice(0, 16);
}

const typeUrl = everyKind((kind) => field(4, TYPE_URL[kind]));

/** A text with its tag and length. */
function field(number: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  const head: number[] = [(number << 3) | 2];
  let length = bytes.length;
  while (length > 0x7f) {
    head.push((length & 0x7f) | 0x80);
    length >>>= 7;
  }
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}
