import type { XdsKind } from '../../shared/xds/snapshot.ts';

/** Which resources of one kind a stream wants. A value: changes give a new one. */
export interface Subscription {
  readonly wildcard: boolean;
  readonly names: ReadonlySet<string>;
  /** Nothing was named yet on this stream: only then does naming nothing mean everything. */
  readonly unnamed: boolean;
}

export const NO_SUBSCRIPTION: Subscription = { wildcard: false, names: new Set(), unnamed: true };

export function wants(subscription: Subscription, name: string): boolean {
  return subscription.wildcard || subscription.names.has(name);
}

/** Kinds that Envoy asks for as a whole, and that a state-of-the-world response carries as a whole. */
export function isWholeKind(kind: XdsKind): boolean {
  return kind === 'cluster' || kind === 'listener';
}

/**
 * State of the world: each request carries the whole list. "For historical reasons, if the client sends a request for a given
 * resource type but has never explicitly subscribed to any resource names […], the server should treat that identically to
 * […] having explicitly subscribed to '*'" (xDS, How the client specifies what resources to return).
 */
export function sotwSubscription(before: Subscription, kind: XdsKind, names: readonly string[]): Subscription {
  if (names.length === 0 && before.unnamed) return { wildcard: isWholeKind(kind), names: before.names, unnamed: true };
  const given = new Set(names);
  const wildcard = given.delete('*');
  return { wildcard, names: given, unnamed: false };
}

/**
 * Incremental: requests carry additions and removals. A first request without names is a wildcard for clusters and listeners,
 * which continues when names are added later, until `*` is unsubscribed.
 */
export function deltaSubscription(
  before: Subscription,
  kind: XdsKind,
  subscribe: readonly string[],
  unsubscribe: readonly string[],
): Subscription {
  const legacy = before.unnamed && isWholeKind(kind);
  if (subscribe.length === 0 && unsubscribe.length === 0)
    return legacy && !before.wildcard ? { ...before, wildcard: true } : before;
  const names = new Set(before.names);
  let wildcard = before.wildcard;
  for (const name of unsubscribe) {
    if (name === '*') wildcard = false;
    else names.delete(name);
  }
  for (const name of subscribe) {
    if (name === '*') wildcard = true;
    else names.add(name);
  }
  return { wildcard, names, unnamed: before.unnamed && subscribe.length === 0 };
}
