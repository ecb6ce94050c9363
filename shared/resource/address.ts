/** What the library that Kuma asks takes for a name of DNS (govalidator, `IsDNSName`): underscores may be in it. */
const DOMAIN = /^([a-z0-9_][a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*[._]?$/i;

/** Could DNS be asked for it? Digits and dots alone are a name, too. */
export function isDnsName(text: string): boolean {
  return text.replaceAll('.', '').length <= 255 && DOMAIN.test(text);
}

/** What is wrong with the address of a proxy: it is an IP address or a domain name, and not "any". */
export function addressReason(address: string): string | undefined {
  if (address === '') return "address can't be empty";
  if (address === '0.0.0.0' || address === '::') return 'must not be 0.0.0.0 or ::';
  if (!isIpAddress(address) && !isDnsName(address)) return 'address has to be valid IP address or domain name';
  return undefined;
}

/** IPv4 without leading zeros, or IPv6: what Envoy takes. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291, section 2.2: eight groups of hex digits, once `::` for a run of zeros, the last two possibly as IPv4. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const embedded = last?.includes('.') ?? false;
  if (embedded && !isIpv4(last ?? '')) return false;
  const hex = embedded ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const length = hex.length + (embedded ? 2 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}

/** A port that something can listen at: not 0. */
export function isPort(port: number): boolean {
  return port >= 1 && port <= 65535;
}

export const PORT_REASON = 'port must be in the range [1, 65535]';
