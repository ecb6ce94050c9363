import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { secretFile } from './secretFile.ts';

/** The zone's X25519 key pair: global seals data keys of secrets to it (D12). */
export interface ZoneKey {
  readonly privateKey: KeyObject;
  /** SPKI, DER, base64: what the zone tells global. */
  readonly publicKey: string;
}

/** Read from a PEM file; made there (mode 0600) at the first start. Instances of one zone need the same. */
export function zoneKey(file: string): ZoneKey {
  const make = () => generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const privateKey = createPrivateKey(secretFile(file, make));
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, publicKey };
}
