import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type KeyFile, type KeyFormat, keyFile, makeNextKey } from '../../runtime/file/keyFile.ts';

/** An X25519 key pair of the zone: global seals data keys of secrets to it. */
interface ZoneKey {
  readonly privateKey: KeyObject;
  /** SPKI, DER, base64: what the zone tells global. */
  readonly publicKey: string;
}

/** What is sealed from now on is sealed to the newest; former ones open what was sealed before. Instances of one zone need the same. */
export interface ZoneKeys extends KeyFile<ZoneKey> {
  /** All of them, the newest first. */
  privateKeys(): readonly KeyObject[];
}

const PEM: KeyFormat<ZoneKey> = {
  name: 'key of a zone',
  make: () => generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim(),
  split: (text) => text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? [],
  parse: (pem) => {
    const privateKey = createPrivateKey(pem);
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
    return { privateKey, publicKey };
  },
};

/** The zone's keys, as PEM in a file. @throws Error when it holds none */
export function zoneKeys(file: string): ZoneKeys {
  const keys = keyFile(file, PEM);
  return { ...keys, privateKeys: () => [keys.newest(), ...keys.former()].map(({ privateKey }) => privateKey) };
}

/** Makes the zone's next key; its control planes use it within seconds. @throws Error when there is no file */
export function makeNextZoneKey(file: string): void {
  makeNextKey(file, PEM);
}
