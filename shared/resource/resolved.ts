import { isIpAddress } from './address.ts';
import type { Resource } from './resource.ts';

/** What the control plane of a zone found out about the domain names in a proxy's networking; stays in its view. */
interface ResolvedStatus {
  /** Domain name → IP address. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** @returns its IP address as far as it is known */
type AddressOf = (domainName: string) => string | undefined;

type Field = 'address' | 'advertisedAddress';
type Networking = Readonly<Partial<Record<Field, string>>>;

const PROXIES: ReadonlySet<string> = new Set(['Dataplane', 'ZoneIngress', 'ZoneEgress']);
const FIELDS: readonly Field[] = ['address', 'advertisedAddress'];

/** What proxies call themselves by that Envoy has to know as IP addresses: the listeners and endpoints made of it know no names. */
export function domainNames(resource: Resource): string[] {
  return namesByField(resource).map(([, name]) => name);
}

function namesByField({ type, spec }: Resource): (readonly [Field, string])[] {
  if (!PROXIES.has(type)) return [];
  const { networking = {} } = spec as { readonly networking?: Networking };
  return FIELDS.flatMap((field) => {
    const address = networking[field];
    return address && !isIpAddress(address) ? [[field, address] as const] : [];
  });
}

/** The resource with what is known of its names; itself when that is nothing new. */
export function withAddresses<Spec>(resource: Resource<Spec>, addressOf: AddressOf): Resource<Spec> {
  const names = domainNames(resource);
  if (names.length === 0) return resource;
  const before = (resource.status ?? {}) as ResolvedStatus;
  const found = names.flatMap((name) => {
    const address = addressOf(name);
    return address === undefined ? [] : [[name, address] as const];
  });
  if (found.every(([name, address]) => addressIn(before.addresses, name) === address)) return resource;
  return { ...resource, status: { ...before, addresses: Object.fromEntries(found) } };
}

const known = new WeakMap<Resource, Resource>();

/** The resource with addresses in the place of its names, as far as they were found; always the same object for the same resource. */
export function resolved<Spec>(resource: Resource<Spec>): Resource<Spec> {
  const { addresses } = (resource.status ?? {}) as ResolvedStatus;
  if (!addresses) return resource;
  let made = known.get(resource);
  if (!made) known.set(resource, (made = inPlace(resource, addresses)));
  return made as Resource<Spec>;
}

function inPlace(resource: Resource, addresses: Readonly<Record<string, string>>): Resource {
  const { networking, ...rest } = resource.spec as { readonly networking: Networking };
  const found = namesByField(resource).map(([field, name]) => [field, addressIn(addresses, name) ?? name]);
  return { ...resource, spec: { ...rest, networking: { ...networking, ...Object.fromEntries(found) } } };
}

/** A host may well be called `constructor`. */
function addressIn(addresses: ResolvedStatus['addresses'], name: string): string | undefined {
  return addresses && Object.hasOwn(addresses, name) ? addresses[name] : undefined;
}

/** Why a proxy cannot be configured yet: it would listen on a name. */
export function unresolvedReason(resource: Resource): string | undefined {
  const name = namesByField(resolved(resource)).find(([field]) => field === 'address')?.[1];
  return (
    name && `networking.address: the zone's control plane finds no address of "${name}", and goes on looking it up`
  );
}
