/**
 * A Secret's payload. In the log, in NATS and on disks it is `sealed`; in the memory of a control plane that holds
 * the data key it is `data`, base64 as in Kuma's API.
 */
export interface SecretSpec {
  readonly data?: string | undefined;
  readonly sealed?: Sealed | undefined;
}

/** AES-256-GCM under a data key of its own. All fields but the id are base64. */
export interface Sealed {
  /** Names the data key; a new one for every version of the secret. */
  readonly keyId: string;
  readonly iv: string;
  /** Ciphertext followed by the 16-byte tag. Additional data: the key text `mesh/type/name`. */
  readonly ciphertext: string;
}

/**
 * A data key sealed to a zone: X25519 with an ephemeral key, HKDF-SHA256 (no salt, info `meridian-data-key`), AES-256-GCM
 * (additional data: the key's id). All fields are base64; public keys are SPKI in DER.
 */
export interface KeyGrant {
  readonly ephemeralPublicKey: string;
  readonly iv: string;
  /** Followed by the 16-byte tag. */
  readonly ciphertext: string;
}
