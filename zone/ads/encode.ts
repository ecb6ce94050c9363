import { hash } from 'node:crypto';
import type { DescMessage } from '@bufbuild/protobuf';
import { registry } from '../../shared/xds/gen/registry.js';
import { TYPE_URL, type XdsKind, type XdsResource } from '../../shared/xds/snapshot.ts';
import { EncodeError } from './encodeError.ts';
import { compileEncoders } from './encodeMessage.ts';
import { WireWriter } from './wireWriter.ts';

const VERSION_LENGTH = 16;

const encoderOf = compileEncoders((typeName) => registry.getMessage(typeName));
const writer = new WireWriter();
const descriptors = new Map<XdsKind, DescMessage>();

/** Any message from its proto3-JSON object. @throws EncodeError naming the field */
export function encodeMessage(desc: DescMessage, json: unknown): Buffer {
  const start = writer.position;
  try {
    encoderOf(desc)(writer, json);
    return writer.take(start);
  } finally {
    writer.rewind(start);
  }
}

/** An Envoy resource as both protocols carry it, in one piece of memory. */
export interface Chunks {
  /** Hash of the resource's own bytes. */
  readonly version: string;
  /** Field `resources` (2) of a DeltaDiscoveryResponse: Resource with version (1), resource (2) and name (3). */
  readonly delta: Buffer;
  /** Field `resources` (2) of a DiscoveryResponse: the very bytes of field 2 inside of `delta`. */
  readonly sotw: Buffer;
}

/** @throws EncodeError naming the resource and the field */
export function encodeChunks(kind: XdsKind, name: string, resource: XdsResource): Chunks {
  const begin = writer.position;
  try {
    writer.byte(0x12);
    const outer = writer.fork();
    writer.byte(0x12);
    const any = writer.fork();
    writer.byte(0x0a);
    writer.string(TYPE_URL[kind]);
    writer.byte(0x12);
    const body = writer.fork();
    encoderOf(descriptorOf(kind))(writer, resource);
    const version = hash('sha256', writer.peek(body), 'base64url').slice(0, VERSION_LENGTH);
    writer.join(body);
    writer.join(any);
    const sotwLength = writer.position - outer;
    writer.byte(0x1a);
    writer.string(name);
    writer.byte(0x0a);
    writer.string(version);
    const contentLength = writer.position - outer;
    writer.join(outer);
    const delta = writer.take(begin);
    const start = delta.length - contentLength;
    return { version, delta, sotw: delta.subarray(start, start + sotwLength) };
  } catch (cause) {
    throw cause instanceof EncodeError ? cause.of(`${kind} ${name}`) : cause;
  } finally {
    writer.rewind(begin);
  }
}

/** Loaded when the first of its kind is sent. */
function descriptorOf(kind: XdsKind): DescMessage {
  const known = descriptors.get(kind);
  if (known) return known;
  const url = TYPE_URL[kind];
  const desc = registry.getMessage(url.slice(url.indexOf('/') + 1));
  if (!desc) throw new Error(`${url} is not among the generated types; run \`npm run setup\``);
  descriptors.set(kind, desc);
  return desc;
}
