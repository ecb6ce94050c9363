import { everyKind, XDS_KINDS, type XdsKind } from '../../shared/xds/snapshot.ts';
import { isRefusing, type KindMachine, type KindState, type Received, type Wanted } from './kindState.ts';
import type { Response } from './response.ts';

/** One stream: the state of its five kinds, what it shall have, and how many responses it was sent. */
export interface StreamState<S extends KindState> {
  readonly kinds: Readonly<Record<XdsKind, S>>;
  /** Absent until the proxy's first snapshot is set. */
  readonly wanted: Readonly<Record<XdsKind, Wanted>> | undefined;
  readonly responses: number;
  /**
   * Endpoints of clusters that were sent before the proxy subscribed to them on this stream. A reconnecting Envoy subscribes
   * late and says that it has them, but a cluster that changed meanwhile warms until it gets them again.
   */
  readonly warming: ReadonlySet<string>;
}

export function newStream<S extends KindState>(machine: KindMachine<S, never>): StreamState<S> {
  return { kinds: everyKind((kind) => machine.initial(kind)), wanted: undefined, responses: 0, warming: new Set() };
}

/** Takes a request in; `advance` then says what to send. */
export function receive<S extends KindState, R extends { readonly kind: XdsKind }>(
  machine: KindMachine<S, R>,
  state: StreamState<S>,
  request: R,
): Received<StreamState<S>> {
  const { state: received, ...rest } = machine.receive(state.kinds[request.kind], request);
  const due =
    request.kind === 'endpoint' ? [...state.warming].filter((name) => received.subscription.names.has(name)) : [];
  if (due.length === 0) return { state: { ...state, kinds: { ...state.kinds, [request.kind]: received } }, ...rest };
  const endpoint = { ...received, resend: new Set([...received.resend, ...due]) };
  const warming = new Set([...state.warming].filter((name) => !due.includes(name)));
  return { state: { ...state, kinds: { ...state.kinds, endpoint }, warming }, ...rest };
}

/**
 * All that may be sent now, in order. "Sequencing of updates should follow a make before break model" (xDS, Eventual
 * consistency considerations): clusters first, then their endpoints and secrets; listeners and routes once the proxy has
 * acknowledged the clusters, which Envoy does when they are warm; and what nobody refers to any more is taken away when
 * listeners and routes are acknowledged.
 * @param held kinds that must not be sent now: back-off after refusals.
 */
export function advance<S extends KindState>(
  machine: KindMachine<S, never>,
  before: StreamState<S>,
  held: ReadonlySet<XdsKind>,
): { readonly state: StreamState<S>; readonly responses: readonly Response[] } {
  const { wanted } = before;
  if (!wanted) return { state: before, responses: [] };
  const kinds: Record<XdsKind, S> = { ...before.kinds };
  const responses: Response[] = [];
  let { warming } = before;

  const send = (kind: XdsKind, mayRemove: boolean) => {
    if (!kinds[kind].requested || kinds[kind].awaiting || held.has(kind)) return;
    const { state, response } = machine.respond(kinds[kind], wanted[kind], nonceOf(before, responses), mayRemove);
    kinds[kind] = state;
    if (!response) return;
    responses.push(response);
    // A changed cluster warms until its endpoints are sent again, changed or not; Envoy does not ask for them in delta.
    if (kind === 'cluster') {
      const names = response.changed.map((one) => one.endpoints).filter((name) => wanted.endpoint.has(name));
      const [due, early] = partition(names, (name) => kinds.endpoint.subscription.names.has(name));
      if (due.length > 0) kinds.endpoint = { ...kinds.endpoint, resend: new Set([...kinds.endpoint.resend, ...due]) };
      if (early.length > 0) warming = new Set([...warming, ...early].filter((name) => wanted.endpoint.has(name)));
    }
  };

  send('cluster', false);
  send('endpoint', false);
  send('secret', false);
  if (!kinds.cluster.awaiting) {
    send('listener', true);
    send('route', true);
    if (isThrough(kinds.listener, wanted.listener, held) && isThrough(kinds.route, wanted.route, held)) {
      send('cluster', true);
      if (!kinds.cluster.awaiting) {
        send('endpoint', true);
        send('secret', true);
      }
    }
  }
  return { state: { kinds, wanted, responses: before.responses + responses.length, warming }, responses };
}

/** Nothing on its way, nothing left to send. To be asked after `advance`, which sends all that may be sent. */
export function isSettled<S extends KindState>({ kinds, wanted }: StreamState<S>, held: ReadonlySet<XdsKind>): boolean {
  if (!wanted) return false;
  return XDS_KINDS.every(
    (kind) =>
      !kinds[kind].requested || (!kinds[kind].awaiting && (!held.has(kind) || kinds[kind].settled === wanted[kind])),
  );
}

/** Does the proxy refuse some of what it shall have? */
export function isRefused<S extends KindState>({ kinds, wanted }: StreamState<S>): boolean {
  return wanted !== undefined && XDS_KINDS.some((kind) => isRefusing(kinds[kind], wanted[kind]));
}

/** While the last good listener or route stays because the newer one was refused, what it refers to must stay too. */
function isThrough(state: KindState, wanted: Wanted, held: ReadonlySet<XdsKind>): boolean {
  return !state.awaiting && !held.has(state.kind) && !isRefusing(state, wanted);
}

function nonceOf<S extends KindState>(state: StreamState<S>, responses: readonly Response[]): string {
  return String(state.responses + responses.length + 1);
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
