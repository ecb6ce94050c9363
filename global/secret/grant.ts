import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto';
import type { KeyGrant } from '../../shared/resource/secret/spec.ts';
import { encrypt } from './aesGcm.ts';

/**
 * Seals a data key to a zone: X25519 with an ephemeral key, HKDF-SHA256, AES-256-GCM. Only the holder of the zone's
 * private key opens it, so NATS and its disks carry ciphertext only.
 * @param zonePublicKey SPKI, DER, base64.
 */
export function grantDataKey(dataKey: Uint8Array, zonePublicKey: string, keyId: string): KeyGrant {
  const ephemeral = generateKeyPairSync('x25519');
  const recipient = createPublicKey({ key: Buffer.from(zonePublicKey, 'base64'), format: 'der', type: 'spki' });
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient });
  const key = new Uint8Array(hkdfSync('sha256', shared, new Uint8Array(), 'meridian-data-key', 32));
  const { iv, ciphertext } = encrypt(key, dataKey, keyId);
  return {
    ephemeralPublicKey: ephemeral.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    iv: Buffer.from(iv).toString('base64'),
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  };
}
