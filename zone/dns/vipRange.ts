/** A range of IPv4 addresses in CIDR form, such as `240.0.0.0/4`. */
export interface VipRange {
  readonly first: number;
  readonly size: number;
}

/** @throws Error that says what a range looks like. */
export function parseVipRange(cidr: string): VipRange {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const bits = Number(match?.[5]);
  if (!match || octets.some((octet) => octet > 255) || bits > 32) {
    throw new Error(`dns.cidr: "${cidr}" is no IPv4 range such as 240.0.0.0/4`);
  }
  const size = 2 ** (32 - bits);
  const address = toNumber(octets);
  return { first: address - (address % size), size };
}

/** The lowest address of the range that is not taken; `undefined` when there is none. */
export function nextFree(range: VipRange, taken: ReadonlySet<string>, from = 0): string | undefined {
  for (let offset = from; offset < range.size; offset++) {
    const address = format(range.first + offset);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

function toNumber(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function format(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
