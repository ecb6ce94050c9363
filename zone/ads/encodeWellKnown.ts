import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { EncodeError, shown } from './encodeError.ts';
import { scalarCodec } from './encodeScalar.ts';
import type { MessageEncoder, WireWriter } from './wireWriter.ts';

/** An encoder, and whether its JSON is not an object of fields, so that an `Any` carries it under `value`. */
export interface Packed {
  readonly encode: MessageEncoder;
  readonly special: boolean;
}

const TYPE_URL_PREFIX = 'type.googleapis.com/';
const MAX_DURATION_S = 315_576_000_000;

const WRAPPERS: Readonly<Record<string, ScalarType>> = {
  DoubleValue: ScalarType.DOUBLE,
  FloatValue: ScalarType.FLOAT,
  Int64Value: ScalarType.INT64,
  UInt64Value: ScalarType.UINT64,
  Int32Value: ScalarType.INT32,
  UInt32Value: ScalarType.UINT32,
  BoolValue: ScalarType.BOOL,
  StringValue: ScalarType.STRING,
  BytesValue: ScalarType.BYTES,
};

/** Encoders of the types of google.protobuf that have a JSON form of their own (protobuf.dev/programming-guides/json). */
export function wellKnown(
  desc: DescMessage,
  pack: (typeName: string) => Packed | undefined,
): MessageEncoder | undefined {
  if (!desc.typeName.startsWith('google.protobuf.')) return undefined;
  const name = desc.typeName.slice('google.protobuf.'.length);
  const wrapped = WRAPPERS[name];
  if (wrapped !== undefined) return wrapper(wrapped);
  switch (name) {
    case 'Any':
      return (writer, json) => any(writer, json, pack);
    case 'Duration':
      return duration;
    case 'Timestamp':
      return timestamp;
    case 'FieldMask':
      return fieldMask;
    case 'Struct':
      return struct;
    case 'Value':
      return value;
    case 'ListValue':
      return listValue;
    default:
      return undefined;
  }
}

function wrapper(type: ScalarType): MessageEncoder {
  const codec = scalarCodec(type);
  return (writer, json) => {
    if (json === null) return;
    const parsed = codec.parse(json);
    if (codec.isZero(parsed)) return;
    writer.varint((1 << 3) | codec.wireType);
    codec.write(writer, parsed as never);
  };
}

function any(writer: WireWriter, json: unknown, pack: (typeName: string) => Packed | undefined): void {
  const fields = object(json);
  const url = fields['@type'];
  if (url === undefined && Object.keys(fields).length === 0) return;
  if (typeof url !== 'string' || url === '')
    throw new EncodeError(`an Any needs the text ${TYPE_URL_PREFIX}<type>, got ${shown(url)}`, '@type');
  const typeName = url.slice(url.lastIndexOf('/') + 1);
  const packed = pack(typeName);
  if (!packed) throw new EncodeError(`${typeName} is no type that this build knows`, '@type');
  writer.varint(0x0a);
  writer.string(TYPE_URL_PREFIX + typeName);
  const before = writer.position;
  writer.varint(0x12);
  const start = writer.fork();
  if (packed.special && 'value' in fields) {
    try {
      packed.encode(writer, fields.value);
    } catch (cause) {
      throw cause instanceof EncodeError ? cause.within('value') : cause;
    }
  } else {
    packed.encode(writer, packed.special ? {} : fields, true);
  }
  // The bytes of an empty message are the zero value of `value`, which is not written.
  if (writer.position === start) writer.rewind(before);
  else writer.join(start);
}

/** `0.25s`, up to nine decimals. */
function duration(writer: WireWriter, json: unknown): void {
  const match = typeof json === 'string' ? /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(json) : null;
  const seconds = Number(match?.[2]);
  if (!match || seconds > MAX_DURATION_S) throw new EncodeError(`expected a duration as "0.25s", got ${shown(json)}`);
  const sign = match[1] ? -1 : 1;
  secondsAndNanos(writer, BigInt(sign * seconds), sign * Number((match[3] ?? '').padEnd(9, '0')));
}

/** RFC 3339. */
function timestamp(writer: WireWriter, json: unknown): void {
  const match =
    typeof json === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(json) : null;
  const milliseconds = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (!match || Number.isNaN(milliseconds)) throw new EncodeError(`expected a time as in RFC 3339, got ${shown(json)}`);
  secondsAndNanos(writer, BigInt(milliseconds / 1000), Number((match[2] ?? '').padEnd(9, '0')));
}

function secondsAndNanos(writer: WireWriter, seconds: bigint, nanos: number): void {
  if (seconds !== 0n) {
    writer.byte(0x08);
    writer.varint64(seconds);
  }
  if (nanos !== 0) {
    writer.byte(0x10);
    writer.int32(nanos);
  }
}

/** Paths in lowerCamelCase with commas between; on the wire in snake_case. */
function fieldMask(writer: WireWriter, json: unknown): void {
  if (typeof json !== 'string' || json.includes('_'))
    throw new EncodeError(`expected paths in lowerCamelCase with commas between, got ${shown(json)}`);
  for (const path of json === '' ? [] : json.split(',')) {
    writer.byte(0x0a);
    writer.string(path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  }
}

function struct(writer: WireWriter, json: unknown): void {
  const fields = object(json);
  for (const key of Object.keys(fields).sort()) {
    writer.byte(0x0a);
    const entry = writer.fork();
    writer.byte(0x0a);
    writer.string(key);
    writer.byte(0x12);
    const start = writer.fork();
    try {
      value(writer, fields[key]);
    } catch (cause) {
      throw cause instanceof EncodeError ? cause.within(key) : cause;
    }
    writer.join(start);
    writer.join(entry);
  }
}

function listValue(writer: WireWriter, json: unknown): void {
  if (!Array.isArray(json)) throw new EncodeError(`expected a list, got ${shown(json)}`);
  for (const item of json) {
    writer.byte(0x0a);
    const start = writer.fork();
    value(writer, item);
    writer.join(start);
  }
}

function value(writer: WireWriter, json: unknown): void {
  if (typeof json === 'number') {
    writer.byte(0x11);
    writer.double(json);
  } else if (typeof json === 'string') {
    writer.byte(0x1a);
    writer.string(json);
  } else if (typeof json === 'boolean') {
    writer.byte(0x20);
    writer.byte(json ? 1 : 0);
  } else if (json === null) {
    writer.byte(0x08);
    writer.byte(0);
  } else if (typeof json === 'object') {
    writer.byte(Array.isArray(json) ? 0x32 : 0x2a);
    const start = writer.fork();
    if (Array.isArray(json)) listValue(writer, json);
    else struct(writer, json);
    writer.join(start);
  } else throw new EncodeError(`${shown(json)} is not JSON`);
}

function object(json: unknown): Readonly<Record<string, unknown>> {
  if (json !== null && typeof json === 'object' && !Array.isArray(json))
    return json as Readonly<Record<string, unknown>>;
  throw new EncodeError(`expected an object, got ${shown(json)}`);
}
