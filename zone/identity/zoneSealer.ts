import { createCipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { keyText, type Resource } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { openSealed } from './openGrant.ts';

/** Id of the one data key that a zone seals its own secrets with; global's have others. */
const KEY_ID = 'zone';
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** Seals the secrets that a zone writes itself, so that they are in the clear in no log and on no disk. */
export interface ZoneSealer {
  /** `spec.data` becomes `spec.sealed`; what is no secret stays as it is. */
  seal(resource: Resource): Resource;
  /** The way back. @throws Error when it was sealed with another zone key. */
  open(resource: Resource): Resource;
}

/** The key follows from the zone's private key, which all its control planes have: AES-256-GCM under HKDF-SHA256 of it. */
export function zoneSealer(privateKey: KeyObject): ZoneSealer {
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'meridian-zone-secrets', KEY_BYTES));
  return {
    seal: (resource) => {
      const { data } = (resource.spec ?? {}) as SecretSpec;
      if (!isSecret(resource) || data === undefined) return resource;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(keyText(resource)));
      const sealed = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final(), cipher.getAuthTag()]);
      const spec: SecretSpec = {
        sealed: { keyId: KEY_ID, iv: iv.toString('base64'), ciphertext: sealed.toString('base64') },
      };
      return { ...resource, spec };
    },
    open: (resource) => {
      const { sealed } = (resource.spec ?? {}) as SecretSpec;
      if (!isSecret(resource) || sealed?.keyId !== KEY_ID) return resource;
      try {
        const spec: SecretSpec = { data: openSealed(sealed, key, keyText(resource)) };
        return { ...resource, spec };
      } catch {
        throw new Error('it was sealed with another zone key; all control planes of a zone need the same keys.dir');
      }
    },
  };
}

function isSecret({ type }: Resource): boolean {
  return type === 'Secret' || type === 'GlobalSecret';
}
