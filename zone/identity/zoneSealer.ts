import { createCipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { keyText, type Resource } from '../../shared/resource/resource.ts';
import { isSecret, sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import type { Sealed, SecretSpec } from '../../shared/resource/secret/spec.ts';
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
  /** Whether it is sealed, and opens with a former key of the zone only. */
  isOfFormer(resource: Resource): boolean;
}

/**
 * The key follows from the zone's private key, which all its control planes have: AES-256-GCM under HKDF-SHA256 of it.
 * @param privateKeys of the zone as they are now: the newest first, which seals
 */
export function zoneSealer(privateKeys: () => readonly KeyObject[]): ZoneSealer {
  const opened = (resource: Resource, sealed: Sealed) => {
    for (const [age, privateKey] of privateKeys().entries()) {
      try {
        return { age, data: openSealed(sealed, sealingKey(privateKey), keyText(resource)) };
      } catch {
        // It may be of the key before.
      }
    }
    return undefined;
  };
  return {
    seal: (resource) => {
      const { data } = (resource.spec ?? {}) as SecretSpec;
      if (!isSecret(resource) || data === undefined) return resource;
      const [newest] = privateKeys();
      if (!newest) throw new Error('the zone has no key to seal with');
      const [key, iv] = [sealingKey(newest), randomBytes(IV_BYTES)];
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(keyText(resource)));
      const sealed = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final(), cipher.getAuthTag()]);
      const spec: SecretSpec = {
        sealed: { keyId: KEY_ID, iv: iv.toString('base64'), ciphertext: sealed.toString('base64') },
      };
      return { ...resource, spec };
    },
    open: (resource) => {
      const sealed = sealedHere(resource);
      if (!sealed) return resource;
      const found = opened(resource, sealed);
      if (!found)
        throw new Error('it was sealed with another zone key; all control planes of a zone need the same keys.dir');
      const spec: SecretSpec = { data: found.data };
      return { ...resource, spec };
    },
    isOfFormer: (resource) => {
      const sealed = sealedIn(resource);
      return sealed !== undefined && (opened(resource, sealed)?.age ?? 0) > 0;
    },
  };
}

const derived = new WeakMap<KeyObject, Uint8Array>();

function sealingKey(privateKey: KeyObject): Uint8Array {
  const known = derived.get(privateKey);
  if (known) return known;
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'meridian-zone-secrets', KEY_BYTES));
  derived.set(privateKey, key);
  return key;
}

/** What a zone sealed itself. */
function sealedHere(resource: Resource): Sealed | undefined {
  const sealed = sealedIn(resource);
  return sealed?.keyId === KEY_ID ? sealed : undefined;
}
