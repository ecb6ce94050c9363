import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Tags } from '../resource/tags.ts';
import type { Resource } from '../resource/resource.ts';
import type { ServiceIndex } from '../view/services.ts';
import { Memo } from './memo.ts';
import type { Proxy, ZoneSettings } from './proxy.ts';
import { BIND_FEATURE, type Redirect } from './redirect.ts';

/** An address on which a sidecar takes its application's calls to a service. */
export interface OutboundAddress {
  readonly address: string;
  readonly port: number;
  readonly service: string;
  /** Narrow the service to a subset; without `kuma.io/service`. */
  readonly tags: Tags;
  readonly bind: boolean;
  /** The address stands for the service's virtual IP, and the service's names resolve to it. */
  readonly virtual: boolean;
  /** Names where it listens. */
  readonly place: string;
  /** Names what it leads to. */
  readonly destination: string;
}

type Outbound = Omit<OutboundAddress, 'place' | 'destination'>;

interface Options {
  readonly dataplane: Resource<DataplaneSpec>;
  readonly proxy: Proxy;
  readonly settings: ZoneSettings;
  readonly services: ServiceIndex;
  readonly vips: ReadonlyMap<string, string>;
  readonly redirect: Redirect | undefined;
  readonly memo: Memo;
}

/** Those that the Dataplane lists, then one for every virtual IP. Of two on one address the first stays. */
export function outboundAddresses(options: Options): readonly OutboundAddress[] {
  const { dataplane, proxy, redirect, settings, services, vips, memo } = options;
  const { outbound = [], transparentProxying } = dataplane.spec.networking;
  const { reachableServices = [] } = transparentProxying ?? {};
  // One object for all Dataplanes that list the same.
  const listed = memo.from(dataplane, 'listed outbounds', () =>
    memo.of(`outbounds|${JSON.stringify([outbound, reachableServices])}`, () => ({ outbound, reachableServices })),
  );
  const placement = virtualPlacement(proxy, redirect);
  if (!placement) return memo.from(listed, 'addresses', () => addresses(listed, [], false));
  const { serviceVipPort } = settings;
  // Which services there are changes all the time: only the newest are kept.
  const newest = memo
    .from(vips, 'addresses', () => new Memo())
    .from<Newest>(listed, `${placement.id} ${serviceVipPort}`, () => ({}));
  if (newest.shape !== services.shape || !newest.addresses) {
    newest.shape = services.shape;
    newest.addresses = addresses(listed, virtualOutbounds(listed, placement, options), placement === REDIRECTED);
  }
  return newest.addresses;
}

interface Newest {
  shape?: string;
  addresses?: readonly OutboundAddress[];
}

interface Listed {
  readonly outbound: NonNullable<DataplaneSpec['networking']['outbound']>;
  /** Empty: all. */
  readonly reachableServices: readonly string[];
}

function addresses(listed: Listed, virtual: Iterable<Outbound>, isRedirected: boolean): OutboundAddress[] {
  const taken = new Map<string, OutboundAddress>();
  const add = (outbound: Outbound) => {
    const { address, port, bind, service, tags } = outbound;
    const place = `${address}:${port}`;
    if (taken.has(place)) return;
    const destination = `${service}|${JSON.stringify(tags)}`;
    taken.set(place, { ...outbound, place: bind ? place : `${place} unbound`, destination });
  };
  for (const { address = '127.0.0.1', port, tags = {} } of listed.outbound) {
    const { 'kuma.io/service': service, ...subset } = tags;
    // What goes to loopback is not redirected; elsewhere an address need not be one of this machine.
    const bind = !isRedirected || address.startsWith('127.');
    if (service) add({ address, port, service, tags: subset, bind, virtual: false });
  }
  for (const outbound of virtual) add(outbound);
  return [...taken.values()];
}

function* virtualOutbounds(
  { reachableServices }: Listed,
  { of: place }: VirtualPlacement,
  { settings, services, vips }: Options,
): Iterable<Outbound> {
  const reachable = reachableServices.length > 0 ? new Set(reachableServices) : undefined;
  for (const [service, vip] of vips) {
    if (!services.services.has(service) || (reachable && !reachable.has(service))) continue;
    yield { ...place(vip), port: settings.serviceVipPort, service, tags: {}, virtual: true };
  }
}

/**
 * How this proxy takes calls to virtual IPs: redirected (no listener is bound), bound to the virtual IPs themselves
 * (`feature-bind-outbounds`), or bound to its slice of loopback. `undefined`: not at all.
 */
export function virtualPlacement(proxy: Proxy, redirect: Redirect | undefined): VirtualPlacement | undefined {
  const { features, loopbackPrefix } = proxy.metadata;
  if (features.includes(BIND_FEATURE)) return BOUND;
  if (redirect) return REDIRECTED;
  if (loopbackPrefix)
    return { id: loopbackPrefix, of: (vip) => ({ address: loopbackAddress(loopbackPrefix, vip), bind: true }) };
  return undefined;
}

interface VirtualPlacement {
  /** Names it. */
  readonly id: string;
  readonly of: (vip: string) => { readonly address: string; readonly bind: boolean };
}

const BOUND: VirtualPlacement = { id: 'bound', of: (vip) => ({ address: vip, bind: true }) };
const REDIRECTED: VirtualPlacement = { id: 'redirected', of: (vip) => ({ address: vip, bind: false }) };

/**
 * The low 16 bits of a virtual IP within the proxy's slice: 240.0.0.1 is 127.21.0.1. Host 0, the very first virtual IP,
 * becomes the slice's last but one, since systems differ in whether a network's own address can be bound.
 */
function loopbackAddress(prefix: string, vip: string): string {
  const [, , high, low] = vip.split('.');
  return high === '0' && low === '0' ? `${prefix}.255.254` : `${prefix}.${high}.${low}`;
}
