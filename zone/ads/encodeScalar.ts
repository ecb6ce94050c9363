import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import { EncodeError, shown } from './encodeError.ts';
import type { WireWriter } from './wireWriter.ts';

/** 0 varint, 1 eight bytes, 2 with length, 5 four bytes. */
type WireType = 0 | 1 | 2 | 5;

/** How values of one scalar type go from JSON to the wire; without the tag. */
export interface ScalarCodec {
  readonly wireType: WireType;
  /** JSON → what `write` takes. @throws EncodeError */
  parse(json: unknown): unknown;
  /** Fields without presence are left out when they are this. */
  isZero(value: unknown): boolean;
  write(writer: WireWriter, value: never): void;
}

function codec<T>(
  wireType: WireType,
  parse: (json: unknown) => T,
  isZero: (value: T) => boolean,
  write: (writer: WireWriter, value: T) => void,
): ScalarCodec {
  return { wireType, parse, isZero: isZero as ScalarCodec['isZero'], write: write as ScalarCodec['write'] };
}

const isZero = (value: number) => value === 0;
const isZero64 = (value: bigint) => value === 0n;
// -0 is not the zero value of a float, as in every protobuf runtime.
const isPositiveZero = (value: number) => Object.is(value, 0);

const int32 = integer('a whole number of 32 bits', -0x8000_0000, 0x7fff_ffff);
const uint32 = integer('a whole number from 0 to 4294967295', 0, 0xffff_ffff);
const int64 = long('a whole number of 64 bits, as number or text', -(1n << 63n), (1n << 63n) - 1n);
const uint64 = long('a whole number from 0 to 2^64-1, as number or text', 0n, (1n << 64n) - 1n);

const CODECS: Readonly<Record<ScalarType, ScalarCodec>> = {
  [ScalarType.DOUBLE]: codec(1, decimal, isPositiveZero, (w, v) => w.double(v)),
  [ScalarType.FLOAT]: codec(5, float, isPositiveZero, (w, v) => w.float(v)),
  [ScalarType.INT64]: codec(0, int64, isZero64, (w, v) => w.varint64(v)),
  [ScalarType.UINT64]: codec(0, uint64, isZero64, (w, v) => w.varint64(v)),
  [ScalarType.INT32]: codec(0, int32, isZero, (w, v) => w.int32(v)),
  [ScalarType.FIXED64]: codec(1, uint64, isZero64, (w, v) => w.fixed64(v)),
  [ScalarType.FIXED32]: codec(5, uint32, isZero, (w, v) => w.fixed32(v)),
  [ScalarType.BOOL]: codec(
    0,
    flag,
    (v) => !v,
    (w, v) => w.byte(v ? 1 : 0),
  ),
  [ScalarType.STRING]: codec(
    2,
    text,
    (v) => v === '',
    (w, v) => w.string(v),
  ),
  [ScalarType.BYTES]: codec(
    2,
    base64,
    (v) => v.byteLength === 0,
    (w, v) => w.bytes(v),
  ),
  [ScalarType.UINT32]: codec(0, uint32, isZero, (w, v) => w.varint(v)),
  [ScalarType.SFIXED32]: codec(5, int32, isZero, (w, v) => w.fixed32(v)),
  [ScalarType.SFIXED64]: codec(1, int64, isZero64, (w, v) => w.fixed64(v)),
  [ScalarType.SINT32]: codec(0, int32, isZero, (w, v) => w.varint((v << 1) ^ (v >> 31))),
  [ScalarType.SINT64]: codec(0, int64, isZero64, (w, v) => w.varint64((v << 1n) ^ (v >> 63n))),
};

export function scalarCodec(type: ScalarType): ScalarCodec {
  return CODECS[type];
}

/** Enums by name or number (protobuf.dev/programming-guides/json). */
export function enumCodec(desc: DescEnum): ScalarCodec {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  const zero = desc.values[0]?.number ?? 0;
  const parse = (json: unknown): number => {
    const number = typeof json === 'string' ? numbers.get(json) : json === null ? zero : json;
    if (typeof number === 'number' && number >= -0x8000_0000 && number <= 0x7fff_ffff && Number.isInteger(number))
      return number;
    const names = [...numbers.keys()];
    throw new EncodeError(`${shown(json)} is none of ${names.slice(0, 12).join(', ')}${names.length > 12 ? '…' : ''}`);
  };
  return codec(
    0,
    parse,
    (value) => value === zero,
    (writer, value) => writer.int32(value),
  );
}

function text(json: unknown): string {
  if (typeof json === 'string') return json;
  throw new EncodeError(`expected a text, got ${shown(json)}`);
}

function flag(json: unknown): boolean {
  if (typeof json === 'boolean') return json;
  throw new EncodeError(`expected true or false, got ${shown(json)}`);
}

function number(json: unknown): number {
  if (typeof json === 'number') return json;
  return typeof json === 'string' && json !== '' && json.trim() === json ? Number(json) : Number.NaN;
}

function integer(what: string, minimum: number, maximum: number) {
  return (json: unknown): number => {
    const value = number(json);
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw new EncodeError(`expected ${what}, got ${shown(json)}`);
  };
}

function long(what: string, minimum: bigint, maximum: bigint) {
  return (json: unknown): bigint => {
    const value =
      Number.isInteger(json) || (typeof json === 'string' && /^-?\d+$/.test(json))
        ? BigInt(json as string | number)
        : undefined;
    if (value !== undefined && value >= minimum && value <= maximum) return value;
    throw new EncodeError(`expected ${what}, got ${shown(json)}`);
  };
}

function decimal(json: unknown): number {
  if (json === 'NaN') return Number.NaN;
  if (json === 'Infinity') return Number.POSITIVE_INFINITY;
  if (json === '-Infinity') return Number.NEGATIVE_INFINITY;
  const value = number(json);
  if (Number.isFinite(value)) return value;
  throw new EncodeError(`expected a number, got ${shown(json)}`);
}

function float(json: unknown): number {
  const value = decimal(json);
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    throw new EncodeError(`${shown(json)} does not fit a float`);
  return value;
}

/** Standard or URL alphabet, with or without padding. */
function base64(json: unknown): Uint8Array {
  if (typeof json === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(json)) return Buffer.from(json, 'base64');
  throw new EncodeError(`expected base64, got ${shown(json)}`);
}
