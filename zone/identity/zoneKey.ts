import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The zone's X25519 key pair: global seals data keys of secrets to it (D12). */
export interface ZoneKey {
  readonly privateKey: KeyObject;
  /** SPKI, DER, base64: what the zone tells global. */
  readonly publicKey: string;
}

/** Read from a PEM file; made there (mode 0600) at the first start. */
export function zoneKey(file: string): ZoneKey {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const { privateKey } = generateKeyPairSync('x25519');
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  }
  const privateKey = createPrivateKey(readFileSync(file, 'utf8'));
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, publicKey };
}
