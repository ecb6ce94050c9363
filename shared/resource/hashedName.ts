const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_LENGTH = 253;
const SUFFIX_LENGTH = 17;

export const DISPLAY_NAME_LABEL = 'kuma.io/display-name';

interface Named {
  readonly mesh: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The name its author gave it: label `kuma.io/display-name`, else the name. */
export function displayName(resource: Named): string {
  return resource.labels[DISPLAY_NAME_LABEL] || resource.name;
}

/**
 * The name under which Kuma shows a resource to another control plane than its author's: the display name and 16 letters
 * of FNV-1a 64 over mesh, display name, zone and namespace without separators (Kuma's `pkg/kds/hash/hash.go`). At most 253 characters.
 */
export function hashedName(resource: Named): string {
  const name = displayName(resource);
  const zone = resource.labels['kuma.io/zone'] ?? '';
  const namespace = resource.labels['k8s.kuma.io/namespace'] ?? '';
  const digits = fnv1a64(resource.mesh + name + zone + namespace);
  const letters = [...digits].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
  return `${name.slice(0, MAX_LENGTH - SUFFIX_LENGTH)}-${letters}`;
}

/** The display name that a hashed name begins with; `undefined` when it does not end as hashed names do. */
export function hashedNameStem(name: string): string | undefined {
  return /-[bcdfghjklmnpqrstvwxz2456789]{16}$/.test(name) ? name.slice(0, -SUFFIX_LENGTH) : undefined;
}

/** FNV-1a 64 bit as 16 hex digits, in two 32-bit halves: lists hash thousands of names, and BigInt is too slow for that. */
export function fnv1a64(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of new TextEncoder().encode(text)) {
    low = (low ^ byte) >>> 0;
    // times the prime 2^40 + 0x1b3: the 2^40 part only reaches the high half, as low · 2^8
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
