import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { replaceSecretFile, secretFile } from './secretFile.ts';

/** An X25519 key pair of the zone: global seals data keys of secrets to it (D12). */
export interface ZoneKey {
  readonly privateKey: KeyObject;
  /** SPKI, DER, base64: what the zone tells global. */
  readonly publicKey: string;
}

/** The zone's keys as their file says. Instances of one zone need the same. */
export interface ZoneKeys {
  /** What is sealed from now on is sealed to this one. */
  newest(): ZoneKey;
  /** They open what was sealed before; none, unless the zone is changing over to the newest. */
  former(): readonly ZoneKey[];
  /** All of them, the newest first. */
  privateKeys(): readonly KeyObject[];
  /** Reads the file anew. @throws Error when it holds no key; those that were read before stay. */
  look(): void;
  /** Nothing is sealed to the former ones any more: the file holds the newest only from now on. */
  dropFormer(): void;
}

/** Read from a PEM file, the newest first; one is made there (mode 0600) at the first start. */
export function zoneKeys(file: string): ZoneKeys {
  let pems = pemsIn(secretFile(file, makePem), file);
  let keys = pems.map(parsed);
  const look = () => {
    if (!existsSync(file)) return;
    const held = pemsIn(readFileSync(file, 'utf8'), file);
    // Where the file was replaced as a whole, what it held before opens what is sealed.
    const all = [...new Set([...held, ...pems])];
    if (all.join() === pems.join()) return;
    keys = all.map(parsed);
    pems = all;
  };
  const newest = () => keys[0] as ZoneKey;
  return {
    newest,
    former: () => keys.slice(1),
    privateKeys: () => keys.map(({ privateKey }) => privateKey),
    look,
    dropFormer: () => {
      const [first = ''] = pems;
      const now = pemsIn(readFileSync(file, 'utf8'), file);
      // One more was made meanwhile.
      if (now[0] !== first) return;
      if (now.length > 1) replaceSecretFile(file, first);
      pems = [first];
      keys = pems.map(parsed);
    },
  };
}

/** Puts a new key before those that the file holds. Control planes that run use it within seconds. @throws Error when there is no file */
export function makeNextZoneKey(file: string): void {
  if (!existsSync(file))
    throw new Error(`there is no key of a zone in ${file}: give the settings that the zone is started with`);
  const held = readFileSync(file, 'utf8');
  replaceSecretFile(file, makePem() + pemsIn(held, file).join(''));
}

function makePem(): string {
  return generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function pemsIn(text: string, file: string): readonly string[] {
  const pems = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g);
  if (!pems) throw new Error(`${file} holds no key of a zone (PEM)`);
  return pems.map((pem) => `${pem}\n`);
}

function parsed(pem: string): ZoneKey {
  const privateKey = createPrivateKey(pem);
  return {
    privateKey,
    publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}
