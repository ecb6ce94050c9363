import { type DescField, type DescMessage, type DescOneof, ScalarType } from '@bufbuild/protobuf';
import { EncodeError, shown } from './encodeError.ts';
import { enumCodec, type ScalarCodec, scalarCodec } from './encodeScalar.ts';
import { type Packed, wellKnown } from './encodeWellKnown.ts';
import type { MessageEncoder } from './wireWriter.ts';

/** What `Any` needs to know: the message of a type name, loaded when it is first asked for. */
type FindMessage = (typeName: string) => DescMessage | undefined;

interface FieldEncoder {
  readonly number: number;
  readonly oneof: DescOneof | undefined;
  readonly acceptsNull: boolean;
  readonly write: MessageEncoder;
}

type ObjectJson = Readonly<Record<string, unknown>>;

/**
 * Compiles encoders, one for each message type, from proto3-JSON objects straight to bytes. The result equals
 * `toBinary(desc, fromJson(desc, json))` of protobuf-es byte for byte, with maps in the order of their sorted keys, and is
 * several times faster, since no message is made in between.
 */
export function compileEncoders(find: FindMessage): (desc: DescMessage) => MessageEncoder {
  const compiled = new Map<string, MessageEncoder>();
  const packs = new Map<string, Packed>();

  function pack(typeName: string): Packed | undefined {
    const known = packs.get(typeName);
    if (known) return known;
    const desc = find(typeName);
    if (!desc) return undefined;
    const packed = { encode: encoderOf(desc), special: wellKnown(desc, pack) !== undefined };
    packs.set(typeName, packed);
    return packed;
  }

  function encoderOf(desc: DescMessage): MessageEncoder {
    const known = compiled.get(desc.typeName);
    if (known) return known;
    const special = wellKnown(desc, pack);
    if (special) {
      compiled.set(desc.typeName, special);
      return special;
    }
    const fields = new Map<string, FieldEncoder>();
    // Known before its fields are, so that recursive types find themselves.
    const encoder = messageEncoder(desc, fields);
    compiled.set(desc.typeName, encoder);
    for (const field of desc.fields) {
      const one = fieldEncoder(field, encoderOf);
      fields.set(field.name, one).set(field.jsonName, one);
    }
    return encoder;
  }

  return encoderOf;
}

function messageEncoder(desc: DescMessage, fields: ReadonlyMap<string, FieldEncoder>): MessageEncoder {
  return (writer, json, packed) => {
    if (json === null || typeof json !== 'object' || Array.isArray(json))
      throw new EncodeError(`expected an object (${desc.typeName}), got ${shown(json)}`);
    const values = json as ObjectJson;
    const keys: string[] = [];
    const encoders: FieldEncoder[] = [];
    let oneofs: Map<DescOneof, string> | undefined;
    for (const key of Object.keys(json)) {
      const value = values[key];
      if (value === undefined || (packed && key === '@type')) continue;
      const field = fields.get(key);
      if (!field) throw new EncodeError(`there is no such field in ${desc.typeName}`, key);
      if (value === null && !field.acceptsNull) continue;
      if (field.oneof) {
        oneofs ??= new Map();
        const other = oneofs.get(field.oneof);
        if (other !== undefined)
          throw new EncodeError(
            `only one of ${other} and ${key} may be set (${field.oneof.name} of ${desc.typeName})`,
            key,
          );
        oneofs.set(field.oneof, key);
      }
      // Fields go out by number. Objects have few keys, mostly written in that order, so an insertion sort is quick.
      let at = encoders.length;
      while (at > 0 && numberAt(encoders, at - 1) > field.number) {
        encoders[at] = encoders[at - 1] as FieldEncoder;
        keys[at] = keys[at - 1] as string;
        at--;
      }
      if (at > 0 && encoders[at - 1] === field) throw new EncodeError('is set twice, by its two names', key);
      encoders[at] = field;
      keys[at] = key;
    }
    let current = '';
    try {
      for (let i = 0; i < keys.length; i++) {
        current = keys[i] as string;
        (encoders[i] as FieldEncoder).write(writer, values[current]);
      }
    } catch (cause) {
      throw cause instanceof EncodeError ? cause.within(current) : cause;
    }
  };
}

function numberAt(encoders: readonly FieldEncoder[], at: number): number {
  return (encoders[at] as FieldEncoder).number;
}

function fieldEncoder(field: DescField, encoderOf: (desc: DescMessage) => MessageEncoder): FieldEncoder {
  const { number, oneof } = field;
  const acceptsNull =
    (field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.Value') ||
    (field.fieldKind === 'enum' && field.enum.typeName === 'google.protobuf.NullValue');
  return { number, oneof, acceptsNull, write: fieldWriter(field, encoderOf) };
}

function fieldWriter(field: DescField, encoderOf: (desc: DescMessage) => MessageEncoder): MessageEncoder {
  switch (field.fieldKind) {
    case 'message':
      return embedded(field.number, field.message, encoderOf);
    case 'scalar':
    case 'enum': {
      const codec = field.fieldKind === 'enum' ? enumCodec(field.enum) : scalarCodec(field.scalar);
      const write = tagged(field.number, codec);
      // Presence 2 is implicit: proto3 fields without `optional` and outside a oneof, for which zero means unset.
      const always = field.oneof !== undefined || field.presence !== 2;
      return (writer, json) => {
        const value = codec.parse(json);
        if (always || !codec.isZero(value)) write(writer, value);
      };
    }
    case 'list':
      return listWriter(field, encoderOf);
    case 'map':
      return mapWriter(field, encoderOf);
  }
}

function listWriter(
  field: DescField & { fieldKind: 'list' },
  encoderOf: (desc: DescMessage) => MessageEncoder,
): MessageEncoder {
  const item = field.listKind === 'message' ? embedded(field.number, field.message, encoderOf) : undefined;
  const codec =
    field.listKind === 'message'
      ? undefined
      : field.listKind === 'enum'
        ? enumCodec(field.enum)
        : scalarCodec(field.scalar);
  const packed = codec !== undefined && field.packed;
  const write = codec && !packed ? tagged(field.number, codec) : undefined;
  const tag = (field.number << 3) | 2;
  return (writer, json) => {
    if (!Array.isArray(json)) throw new EncodeError(`expected a list, got ${shown(json)}`);
    if (json.length === 0) return;
    if (packed) writer.varint(tag);
    const start = packed ? writer.fork() : 0;
    let i = 0;
    try {
      for (; i < json.length; i++) {
        if (item) item(writer, json[i]);
        else if (write) write(writer, codec?.parse(json[i]));
        else codec?.write(writer, codec.parse(json[i]) as never);
      }
    } catch (cause) {
      throw cause instanceof EncodeError ? cause.within(`[${i}]`) : cause;
    }
    if (packed) writer.join(start);
  };
}

function mapWriter(
  field: DescField & { fieldKind: 'map' },
  encoderOf: (desc: DescMessage) => MessageEncoder,
): MessageEncoder {
  const key = tagged(1, scalarCodec(field.mapKey));
  const parseKey = (text: string): unknown => {
    if (field.mapKey === ScalarType.BOOL)
      return text === 'true' ? true : text === 'false' ? false : scalarCodec(field.mapKey).parse(text);
    return scalarCodec(field.mapKey).parse(text);
  };
  const codec =
    field.mapKind === 'message'
      ? undefined
      : field.mapKind === 'enum'
        ? enumCodec(field.enum)
        : scalarCodec(field.scalar);
  const scalar = codec ? tagged(2, codec) : undefined;
  const message = field.mapKind === 'message' ? embedded(2, field.message, encoderOf) : undefined;
  const tag = (field.number << 3) | 2;
  return (writer, json) => {
    if (json === null || typeof json !== 'object' || Array.isArray(json))
      throw new EncodeError(`expected a map, got ${shown(json)}`);
    for (const name of Object.keys(json).sort()) {
      const value = (json as ObjectJson)[name];
      writer.varint(tag);
      const start = writer.fork();
      try {
        key(writer, parseKey(name));
        if (message) message(writer, value);
        else if (scalar) scalar(writer, codec?.parse(value));
      } catch (cause) {
        throw cause instanceof EncodeError ? cause.within(`["${name}"]`) : cause;
      }
      writer.join(start);
    }
  };
}

function embedded(number: number, desc: DescMessage, encoderOf: (desc: DescMessage) => MessageEncoder): MessageEncoder {
  const tag = (number << 3) | 2;
  let encode: MessageEncoder | undefined;
  return (writer, json) => {
    encode ??= encoderOf(desc);
    writer.varint(tag);
    const start = writer.fork();
    encode(writer, json);
    writer.join(start);
  };
}

function tagged(number: number, codec: ScalarCodec): MessageEncoder {
  const tag = (number << 3) | codec.wireType;
  return (writer, value) => {
    writer.varint(tag);
    codec.write(writer, value as never);
  };
}
