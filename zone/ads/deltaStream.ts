import type { XdsKind } from '../../shared/xds/snapshot.ts';
import type { Encoded } from './encoded.ts';
import { type KindMachine, type KindState, refusedOf, type Wanted } from './kindState.ts';
import { deltaSubscription, NO_SUBSCRIPTION, wants } from './subscription.ts';

/** A DeltaDiscoveryRequest as far as it matters. */
export interface DeltaRequest {
  readonly kind: XdsKind;
  /** Empty: it answers nothing. */
  readonly nonce: string;
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  /** What the proxy has from an earlier stream: name → version. First request of a kind only. */
  readonly initialVersions: Readonly<Record<string, string>>;
  /** Set: it refuses what the nonce names. */
  readonly error?: string;
}

export interface DeltaState extends KindState {
  /** What the proxy has as far as we know: by name, its version; empty: has something, who knows which. */
  readonly known: ReadonlyMap<string, Versioned>;
  /** A wildcard is answered even when there is nothing: Envoy starts up only then. */
  readonly owesFirst: boolean;
}

type Versioned = Pick<Encoded, 'version'>;

/** The incremental protocol for one kind on one stream (xDS, Incremental xDS). */
export const deltaMachine: KindMachine<DeltaState, DeltaRequest> = {
  initial: (kind) => ({
    kind,
    requested: false,
    subscription: NO_SUBSCRIPTION,
    resend: new Set(),
    rejected: new Map(),
    awaiting: undefined,
    settled: undefined,
    known: new Map(),
    owesFirst: false,
  }),

  receive(before, request) {
    const answered = request.nonce !== '' && request.nonce === before.awaiting?.nonce ? before.awaiting : undefined;
    let state: DeltaState = answered ? { ...before, awaiting: undefined } : before;
    let bad: readonly Encoded[] = [];
    if (answered && request.error !== undefined) {
      bad = refusedOf(answered.sent, request.error);
      state = refused(state, bad);
    }
    state = subscribed(state, request);
    if (!answered) return { state };
    const names = bad.map(({ name }) => name);
    return { state, answer: { accepted: request.error === undefined, error: request.error ?? '', names } };
  },

  respond(state, wanted, nonce, mayRemove) {
    if (state.settled === wanted && state.resend.size === 0 && !state.owesFirst) return { state };
    const changed = changes(state, wanted);
    const removed: string[] = [];
    if (mayRemove) for (const name of state.known.keys()) if (!wanted.has(name)) removed.push(name);
    // "Knowing when a requested resource does not exist": told at once, since a warming cluster waits for it.
    for (const name of state.resend) if (!wanted.has(name) && !state.known.has(name)) removed.push(name);
    if (changed.length === 0 && removed.length === 0 && !state.owesFirst) {
      return { state: mayRemove ? { ...state, settled: wanted, resend: NO_NAMES } : state };
    }
    const after = {
      ...state,
      known: knownThen(state, wanted, changed, removed),
      rejected: stillRejected(state, changed),
      resend: NO_NAMES,
      owesFirst: false,
      settled: undefined,
      awaiting: { nonce, sent: changed },
    };
    return { state: after, response: { kind: state.kind, nonce, resources: changed, removed, changed } };
  },
};

const NO_NAMES: ReadonlySet<string> = new Set();

/** What is sent in another form is refused no more; most proxies refuse nothing. */
function stillRejected({ rejected }: DeltaState, sent: readonly Encoded[]): DeltaState['rejected'] {
  if (rejected.size === 0) return rejected;
  const after = new Map(rejected);
  for (const { name } of sent) after.delete(name);
  return after;
}

/** What it has when it has taken this. Most then have what is wanted and nothing else: no copy is made for them. */
function knownThen(
  state: DeltaState,
  wanted: Wanted,
  changed: readonly Encoded[],
  removed: readonly string[],
): DeltaState['known'] {
  if (becomesWanted(state, wanted, changed, removed)) return wanted;
  const known: Map<string, Versioned> = new Map(state.known);
  for (const one of changed) known.set(one.name, one);
  for (const name of removed) known.delete(name);
  return known;
}

/** Whether each wanted one is there or comes now, and nothing beyond them stays. */
function becomesWanted(
  { known }: DeltaState,
  wanted: Wanted,
  changed: readonly Encoded[],
  removed: readonly string[],
): boolean {
  const isThere = ({ name, version }: Encoded) => known.get(name)?.version === version;
  let found = changed.filter((one) => !isThere(one)).length;
  for (const one of wanted.values()) if (isThere(one)) found++;
  const newNames = changed.filter(({ name }) => !known.has(name)).length;
  const goneNames = removed.filter((name) => known.has(name)).length;
  return found === wanted.size && known.size + newNames - goneNames === wanted.size;
}

function changes(state: DeltaState, wanted: ReadonlyMap<string, Encoded>): Encoded[] {
  const changed: Encoded[] = [];
  const look = (one: Encoded | undefined) => {
    if (!one || (state.known.get(one.name)?.version === one.version && !state.resend.has(one.name))) return;
    if (state.rejected.get(one.name) !== one.version) changed.push(one);
  };
  if (state.subscription.wildcard) for (const one of wanted.values()) look(one);
  else for (const name of state.subscription.names) look(wanted.get(name));
  return changed;
}

const UNKNOWN: Versioned = { version: '' };

function refused(state: DeltaState, bad: readonly Encoded[]): DeltaState {
  const known: Map<string, Versioned> = new Map(state.known);
  const rejected = new Map(state.rejected);
  for (const { name, version } of bad) {
    known.set(name, UNKNOWN);
    rejected.set(name, version);
  }
  return { ...state, known, rejected, settled: undefined };
}

function brought(versions: DeltaRequest['initialVersions']): [string, Versioned][] {
  return Object.entries(versions).map(([name, version]) => [name, { version }]);
}

function subscribed(before: DeltaState, { subscribe, unsubscribe, initialVersions }: DeltaRequest): DeltaState {
  if (before.requested && subscribe.length === 0 && unsubscribe.length === 0) return before;
  const subscription = deltaSubscription(before.subscription, before.kind, subscribe, unsubscribe);
  // The versions count before the names do, or a reconnecting proxy would be sent all it has.
  const known: Map<string, Versioned> = new Map(before.requested ? before.known : brought(initialVersions));
  const resend = new Set(before.resend);
  for (const name of subscribe) {
    // "The server must resend any newly requested resources, even if it previously sent those": the proxy may have dropped them.
    if (name !== '*' && (before.requested || !known.has(name))) resend.add(name);
  }
  for (const name of unsubscribe) {
    resend.delete(name);
    if (name === '*') for (const other of [...known.keys()]) if (!wants(subscription, other)) known.delete(other);
    if (!wants(subscription, name)) known.delete(name);
    else if (name !== '*') resend.add(name);
  }
  const rejected = new Map([...before.rejected].filter(([name]) => wants(subscription, name)));
  const owesFirst = before.owesFirst || (subscription.wildcard && !before.subscription.wildcard && known.size === 0);
  return { ...before, requested: true, subscription, known, resend, rejected, owesFirst, settled: undefined };
}
