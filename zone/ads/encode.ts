import type { DescMessage } from '@bufbuild/protobuf';
import { registry } from '../../shared/xds/gen/registry.js';
import { TYPE_URL, XDS_KINDS, type XdsKind, type XdsResource } from '../../shared/xds/snapshot.ts';
import { EncodeError } from './encodeError.ts';
import { compileEncoders } from './encodeMessage.ts';
import { WireWriter } from './wireWriter.ts';

const encoderOf = compileEncoders((typeName) => registry.getMessage(typeName));
const writer = new WireWriter();
const descriptors = Object.fromEntries(XDS_KINDS.map((kind) => [kind, descriptorOf(TYPE_URL[kind])])) as Record<
  XdsKind,
  DescMessage
>;

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

/** An Envoy resource as its protobuf bytes. @throws EncodeError naming the resource and the field */
export function encodeResource(kind: XdsKind, name: string, resource: XdsResource): Buffer {
  try {
    return encodeMessage(descriptors[kind], resource);
  } catch (cause) {
    throw cause instanceof EncodeError ? cause.of(`${kind} ${name}`) : cause;
  }
}

function descriptorOf(url: string): DescMessage {
  const desc = registry.getMessage(url.slice(url.indexOf('/') + 1));
  if (!desc) throw new Error(`${url} is not among the generated types; run \`npm run setup\``);
  return desc;
}
