const SHORT_STRING = 48;

/** Writes protobuf's wire format (protobuf.dev/programming-guides/encoding) into one growing buffer that is used again. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(16_384);
  #position = 0;

  get position(): number {
    return this.#position;
  }

  /** A copy of what was written since `start`, in memory of its own. */
  take(start: number): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#position - start);
    this.#buffer.copy(copy, 0, start, this.#position);
    return copy;
  }

  /** What was written since `start`; gone with the next write. */
  peek(start: number): Uint8Array {
    return this.#buffer.subarray(start, this.#position);
  }

  /** Forgets what was written after that position. */
  rewind(position: number): void {
    this.#position = position;
  }

  /** An unsigned 32-bit varint. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#position++] = rest;
  }

  /** Negative int32 take ten bytes, as if they were int64. */
  int32(value: number): void {
    if (value >= 0) this.varint(value);
    else this.varint64(BigInt.asUintN(64, BigInt(value)));
  }

  varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    this.#reserve(10);
    while (rest > 0x7fn) {
      this.#buffer[this.#position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#position++] = Number(rest);
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#position = this.#buffer.writeUInt32LE(value >>> 0, this.#position);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#position = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#position);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#position = this.#buffer.writeFloatLE(value, this.#position);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#position = this.#buffer.writeDoubleLE(value, this.#position);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
  }

  /** Length and UTF-8 bytes. Short ASCII, which nearly all of ours is, goes without a call into native code. */
  string(value: string): void {
    const { length } = value;
    if (length <= SHORT_STRING) {
      this.#reserve(length + 1);
      const start = this.#position;
      let at = start + 1;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        this.#buffer[at++] = code;
      }
      if (i === length) {
        this.#buffer[start] = length;
        this.#position = at;
        return;
      }
    }
    const bytes = Buffer.byteLength(value);
    this.varint(bytes);
    this.#reserve(bytes);
    this.#position += this.#buffer.write(value, this.#position, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.varint(value.byteLength);
    this.#reserve(value.byteLength);
    this.#buffer.set(value, this.#position);
    this.#position += value.byteLength;
  }

  /** Begins something whose length stands before it. @returns what `join` needs. */
  fork(): number {
    this.#reserve(1);
    return ++this.#position;
  }

  /** Puts the length before what was written since `fork`; one byte was kept free for it, more are made by moving. */
  join(start: number): void {
    const length = this.#position - start;
    if (length <= 0x7f) {
      this.#buffer[start - 1] = length;
      return;
    }
    const extra = length <= 0x3fff ? 1 : length <= 0x1fffff ? 2 : length <= 0xfffffff ? 3 : 4;
    this.#reserve(extra);
    this.#buffer.copyWithin(start + extra, start, this.#position);
    this.#position = start - 1;
    this.varint(length);
    this.#position = start + extra + length;
  }

  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#position + bytes));
    this.#buffer.copy(larger, 0, 0, this.#position);
    this.#buffer = larger;
  }
}

/** Writes the fields of one message; tag and length are the caller's. `packed`: the object is an `Any` and has an `@type`. */
export type MessageEncoder = (writer: WireWriter, json: unknown, packed?: boolean) => void;
