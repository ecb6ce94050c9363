import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The zone's X25519 key pair: global seals data keys of secrets to it (D12). */
export interface ZoneKey {
  readonly privateKey: KeyObject;
  /** SPKI, DER, base64: what the zone tells global. */
  readonly publicKey: string;
}

/** Read from a PEM file; made there (mode 0600) at the first start. Instances of one zone need the same. */
export function zoneKey(file: string): ZoneKey {
  if (!existsSync(file)) create(file);
  const privateKey = createPrivateKey(readFileSync(file, 'utf8'));
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, publicKey };
}

/** Written beside and linked then: of two processes that start at once, both use the same, and neither reads half of it. */
function create(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  const { privateKey } = generateKeyPairSync('x25519');
  try {
    writeFileSync(own, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
}
