import type { XdsKind } from '../../shared/xds/snapshot.ts';
import type { Encoded } from './encoded.ts';
import { type KindMachine, type KindState, refusedOf, type Wanted } from './kindState.ts';
import { setVersion } from './response.ts';
import { isWholeKind, NO_SUBSCRIPTION, sotwSubscription, wants } from './subscription.ts';

/** A DiscoveryRequest as far as it matters. */
export interface SotwRequest {
  readonly kind: XdsKind;
  /** Of the newest response of this kind that the proxy got on this stream; empty before the first. */
  readonly nonce: string;
  /** All that the proxy wants; for clusters and listeners usually none, which means everything. */
  readonly names: readonly string[];
  /** Version of what the proxy has, maybe from an earlier stream. */
  readonly version: string;
  /** Set: it refuses what the nonce names. */
  readonly error?: string;
}

export interface SotwState extends KindState {
  /** What the proxy has as far as we know: what it acknowledged, and what it was sent of the partial kinds. */
  readonly held: Wanted;
  /** Whole kinds: what it will have when it accepts what is on its way. */
  readonly offered: Wanted | undefined;
  /** Nonce of the newest response; requests with an older one are stale. */
  readonly lastNonce: string;
  /** Whole kinds are answered first even with nothing; Envoy starts up only then. */
  readonly owesFirst: boolean;
  /** Version that the proxy brought along from an earlier stream. */
  readonly broughtVersion: string;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * State of the world for one kind on one stream. Responses for clusters and listeners hold everything; "all resource types
 * except for Listener and Cluster are grouped into responses in the same way as in the incremental protocol variants", so
 * endpoints, routes and secrets are sent as far as they changed (xDS, Grouping Resources into Responses).
 */
export const sotwMachine: KindMachine<SotwState, SotwRequest> = {
  initial: (kind) => ({
    kind,
    requested: false,
    subscription: NO_SUBSCRIPTION,
    resend: NO_NAMES,
    rejected: new Map(),
    awaiting: undefined,
    settled: undefined,
    held: new Map(),
    offered: undefined,
    lastNonce: '',
    owesFirst: false,
    broughtVersion: '',
  }),

  receive(before, request) {
    // "The management server should not send a DiscoveryResponse for any DiscoveryRequest that has a stale nonce." The first
    // request is never stale: a nonce "does not survive stream restarts".
    if (before.requested && request.nonce !== before.lastNonce) return { state: before };
    const answered = before.requested ? before.awaiting : undefined;
    let state = answered ? accepted(before) : before;
    let bad: readonly Encoded[] = [];
    if (answered && request.error !== undefined) {
      bad = refusedOf(answered.sent, request.error);
      state = refused(before, state, bad);
    }
    state = subscribed(state, request);
    if (!answered) return { state };
    const names = bad.map(({ name }) => name);
    return { state, answer: { accepted: request.error === undefined, error: request.error ?? '', names } };
  },

  respond(state, wanted, nonce, mayRemove) {
    if (state.settled === wanted && state.resend.size === 0 && !state.owesFirst) return { state };
    return isWholeKind(state.kind)
      ? respondWhole(state, wanted, nonce, mayRemove)
      : respondPartial(state, wanted, nonce, mayRemove);
  },
};

type Responded = ReturnType<typeof sotwMachine.respond>;

function respondWhole(before: SotwState, wanted: Wanted, nonce: string, mayRemove: boolean): Responded {
  const set = wholeSet(before, wanted, mayRemove);
  const brought = before.broughtVersion;
  const state: SotwState = { ...before, broughtVersion: '' };
  // "It is generally safe for servers to do this optimization for LDS and CDS when the only subscription is a wildcard."
  if (before.owesFirst && brought !== '' && state.subscription.wildcard && brought === setVersion(set.values())) {
    return { state: { ...state, held: set, owesFirst: false, resend: NO_NAMES } };
  }
  const changed = [...set.values()].filter((one) => state.held.get(one.name)?.version !== one.version);
  if (!before.owesFirst && changed.length === 0 && set.size === state.held.size && !newlyNamed(state, set)) {
    return { state: mayRemove ? { ...state, settled: wanted, resend: NO_NAMES } : state };
  }
  const rejected = new Map([...state.rejected].filter(([name, version]) => wanted.get(name)?.version === version));
  const after = { ...awaiting(state, changed, nonce), offered: set, rejected };
  return { state: after, response: { kind: state.kind, nonce, resources: [...set.values()], removed: [], changed } };
}

/** Everything wanted; instead of what was refused its last good form; and, until it may be removed, what the proxy has. */
function wholeSet(state: SotwState, wanted: Wanted, mayRemove: boolean): Wanted {
  const set = new Map<string, Encoded>();
  for (const one of wanted.values()) {
    if (!wants(state.subscription, one.name)) continue;
    const sendable = state.rejected.get(one.name) === one.version ? state.held.get(one.name) : one;
    if (sendable) set.set(one.name, sendable);
  }
  if (!mayRemove)
    for (const one of state.held.values())
      if (!set.has(one.name) && wants(state.subscription, one.name)) set.set(one.name, one);
  return set;
}

function newlyNamed(state: SotwState, set: Wanted): boolean {
  for (const name of state.resend) if (set.has(name)) return true;
  return false;
}

function respondPartial(state: SotwState, wanted: Wanted, nonce: string, mayRemove: boolean): Responded {
  const changed: Encoded[] = [];
  for (const name of state.subscription.wildcard ? wanted.keys() : state.subscription.names) {
    const one = wanted.get(name);
    if (!one || (state.held.get(name)?.version === one.version && !state.resend.has(name))) continue;
    if (state.rejected.get(name) !== one.version) changed.push(one);
  }
  if (changed.length === 0) {
    // What is no longer wanted is told by the resource that referred to it; there is nothing to send.
    return { state: mayRemove ? { ...state, settled: wanted, resend: NO_NAMES } : { ...state, resend: NO_NAMES } };
  }
  const held = new Map(state.held);
  const rejected = new Map(state.rejected);
  for (const one of changed) {
    held.set(one.name, one);
    rejected.delete(one.name);
  }
  const after = { ...awaiting(state, changed, nonce), held, rejected };
  return { state: after, response: { kind: state.kind, nonce, resources: changed, removed: [], changed } };
}

/** The state when these were sent and are not answered yet. */
function awaiting(state: SotwState, changed: readonly Encoded[], nonce: string): SotwState {
  return {
    ...state,
    resend: NO_NAMES,
    owesFirst: false,
    settled: undefined,
    lastNonce: nonce,
    awaiting: { nonce, sent: changed },
  };
}

function accepted(state: SotwState): SotwState {
  return { ...state, awaiting: undefined, held: state.offered ?? state.held, offered: undefined };
}

function refused(before: SotwState, after: SotwState, bad: readonly Encoded[]): SotwState {
  const held = new Map(after.held);
  const rejected = new Map(after.rejected);
  for (const { name, version } of bad) {
    rejected.set(name, version);
    const lastGood = isWholeKind(before.kind) ? before.held.get(name) : undefined;
    if (lastGood) held.set(name, lastGood);
    else held.delete(name);
  }
  return { ...after, held, rejected, settled: undefined };
}

function subscribed(before: SotwState, { names, version }: SotwRequest): SotwState {
  if (before.requested && sameNames(before, names)) return before;
  const subscription = sotwSubscription(before.subscription, before.kind, names);
  const resend = new Set([...before.resend].filter((name) => wants(subscription, name)));
  // "The server must resend any newly requested resources, even if it previously sent those […] and [they] have not changed."
  if (before.requested)
    for (const name of subscription.names) if (!before.subscription.names.has(name)) resend.add(name);
  const held = new Map([...before.held].filter(([name]) => wants(subscription, name)));
  const rejected = new Map([...before.rejected].filter(([name]) => wants(subscription, name)));
  const first = before.requested
    ? {}
    : { requested: true, owesFirst: isWholeKind(before.kind), broughtVersion: version };
  return { ...before, ...first, subscription, resend, held, rejected, settled: undefined };
}

function sameNames({ subscription }: SotwState, names: readonly string[]): boolean {
  if (names.length === 0) return subscription.unnamed || (!subscription.wildcard && subscription.names.size === 0);
  const given = new Set(names);
  const wildcard = given.delete('*');
  return (
    wildcard === subscription.wildcard &&
    given.size === subscription.names.size &&
    [...given].every((name) => subscription.names.has(name))
  );
}
