import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Authenticator } from '@nats-io/transport-node';

/** An Ed25519 key as NATS writes it (github.com/nats-io/nkeys). */
export interface Nkey {
  /** `U…` of a user, `A…` of an account. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Uint8Array;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Of a seed: what kind of seed it is, and of whose key. */
const PREFIX_BYTES = 2;
const RAW_BYTES = 32;
/** An Ed25519 private key in PKCS #8 is this, and then its 32 bytes (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The key of a seed that was read already. OpenSSL does here in microseconds what the library's JavaScript needs some 15 ms for, several times
 * at every connection: in a profile that was a twentieth of a zone's start.
 */
export function nkey(seed: Uint8Array): Nkey {
  const bytes = fromBase32(Buffer.from(seed).toString('latin1'));
  const [first = 0, second = 0] = bytes;
  // The kind of the key is spread over the last three bits of the first byte and the first five of the second.
  const kind = ((first & 0b111) << 5) | (second >> 3);
  const raw = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + RAW_BYTES);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, raw]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const told = Buffer.concat([Buffer.from([kind]), Buffer.from(x, 'base64url')]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(told));
  return { publicKey: toBase32(Buffer.concat([told, sum])), sign: (text) => sign(null, text, key) };
}

/** Proves the key of a seed to a server, which asks for it at every connection. @param jwt what the key is a user by, where that is needed */
export function nkeyAuthenticator(seed: () => Uint8Array, jwt?: () => string): Authenticator {
  return (nonce = '') => {
    const { publicKey, sign: signed } = nkey(seed());
    const sig = nonce === '' ? '' : Buffer.from(signed(Buffer.from(nonce))).toString('base64');
    return { nkey: publicKey, sig, ...(jwt && { jwt: jwt() }) };
  };
}

/** RFC 4648, section 6, without padding. */
function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 0b11111];
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 0b11111] : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of text) {
    value = ((value << 5) | ALPHABET.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000 ? ((sum << 1) ^ 0x1021) & 0xffff : sum << 1;
  }
  return sum;
}
