import type { XdsKind } from '../../shared/xds/snapshot.ts';
import type { Encoded } from './encoded.ts';
import { type KindMachine, type KindState, refusedNames } from './kindState.ts';
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
  /** Name → version that the proxy has as far as we know; empty: has something, who knows which. */
  readonly known: ReadonlyMap<string, string>;
  /** A wildcard is answered even when there is nothing: Envoy starts up only then. */
  readonly owesFirst: boolean;
}

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
    let names: string[] = [];
    if (answered && request.error !== undefined) {
      names = refusedNames(answered.sent, request.error);
      state = refused(state, answered.sent, names);
    }
    state = subscribed(state, request);
    if (!answered) return { state };
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
    const known = new Map(state.known);
    const sent = new Map<string, string>();
    for (const { name, version } of changed) {
      known.set(name, version);
      sent.set(name, version);
    }
    for (const name of removed) known.delete(name);
    const rejected = stillRejected(state, sent);
    const after = {
      ...state,
      known,
      rejected,
      resend: NO_NAMES,
      owesFirst: false,
      settled: undefined,
      awaiting: { nonce, sent },
    };
    return { state: after, response: { kind: state.kind, nonce, resources: changed, removed, changed } };
  },
};

const NO_NAMES: ReadonlySet<string> = new Set();

/** What is sent in another form is refused no more; most proxies refuse nothing. */
function stillRejected({ rejected }: DeltaState, sent: ReadonlyMap<string, string>): DeltaState['rejected'] {
  return rejected.size > 0 ? new Map([...rejected].filter(([name]) => !sent.has(name))) : rejected;
}

function changes(state: DeltaState, wanted: ReadonlyMap<string, Encoded>): Encoded[] {
  const changed: Encoded[] = [];
  const look = (one: Encoded | undefined) => {
    if (!one || (state.known.get(one.name) === one.version && !state.resend.has(one.name))) return;
    if (state.rejected.get(one.name) !== one.version) changed.push(one);
  };
  if (state.subscription.wildcard) for (const one of wanted.values()) look(one);
  else for (const name of state.subscription.names) look(wanted.get(name));
  return changed;
}

function refused(state: DeltaState, sent: ReadonlyMap<string, string>, names: readonly string[]): DeltaState {
  const known = new Map(state.known);
  const rejected = new Map(state.rejected);
  for (const name of names) {
    known.set(name, '');
    rejected.set(name, sent.get(name) ?? '');
  }
  return { ...state, known, rejected, settled: undefined };
}

function subscribed(before: DeltaState, { subscribe, unsubscribe, initialVersions }: DeltaRequest): DeltaState {
  if (before.requested && subscribe.length === 0 && unsubscribe.length === 0) return before;
  const subscription = deltaSubscription(before.subscription, before.kind, subscribe, unsubscribe);
  // The versions count before the names do, or a reconnecting proxy would be sent all it has.
  const known = new Map(before.requested ? before.known : Object.entries(initialVersions));
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
