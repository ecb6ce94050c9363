/** 32 bytes from a text: SHA-256, handed in because the core does no I/O of its own. */
export type Hash = (text: string) => Uint8Array;

const BITS = 256;

/**
 * Fingerprint of a set of resources: the sum, modulo 2^256, of the hashes of its (key, version, body). Order does not
 * matter, and adding or removing one costs one hash; equal digests mean equal views.
 */
export class Digest {
  #sum = 0n;
  readonly #parts = new Map<string, bigint>();
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** @param body the JSON as it was written, secrets sealed; `undefined`: deleted. */
  set(key: string, version: number, body: string | undefined): void {
    const before = this.#parts.get(key) ?? 0n;
    this.#parts.delete(key);
    let after = 0n;
    if (body !== undefined) {
      after = toBigInt(this.#hash(`${key}\n${version}\n${body}`));
      this.#parts.set(key, after);
    }
    this.#sum = BigInt.asUintN(BITS, this.#sum - before + after);
  }

  /** 64 hex digits. */
  get hex(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }

  get size(): number {
    return this.#parts.size;
  }
}

function toBigInt(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0n;
  for (let at = 0; at < bytes.byteLength; at += 8) sum = (sum << 64n) | words.getBigUint64(at);
  return sum;
}
