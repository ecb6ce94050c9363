import { describe, expect, it } from 'vitest';
import type { Snapshot, XdsKind } from '../../shared/xds/snapshot.ts';
import { deltaMachine } from './deltaStream.ts';
import type { KindMachine, KindState } from './kindState.ts';
import { advance, isRefused, isSettled, newStream, receive, type StreamState } from './pushOrder.ts';
import { sotwMachine } from './sotwStream.ts';
import { wantedOf } from './wanted.ts';

type Change = { readonly connectTimeout?: string; readonly host?: string };

/** One cluster with its endpoints, and a listener whose route leads there. */
function snapshot(cluster: string, { connectTimeout = '1s', host = '10.0.0.1' }: Change = {}): Snapshot {
  return {
    secret: new Map(),
    cluster: new Map([[cluster, { name: cluster, type: 'EDS', connectTimeout }]]),
    endpoint: new Map([
      [cluster, { clusterName: cluster, endpoints: [{ lbEndpoints: [{ endpoint: { hostname: host } }] }] }],
    ]),
    listener: new Map([['l', { name: 'l', statPrefix: 'x' }]]),
    route: new Map([['r', { name: 'r', virtualHosts: [{ name: cluster, domains: ['*'] }] }]]),
  };
}

/** A client that names what Envoy would, and says when it acknowledges. */
class Client<S extends KindState> {
  state: StreamState<S>;
  readonly #machine: KindMachine<S, never>;
  readonly #request: (
    kind: XdsKind,
    nonce: string,
    add: readonly string[],
    error?: string,
  ) => { readonly kind: XdsKind };

  constructor(machine: KindMachine<S, never>, request: Client<S>['request']) {
    this.#machine = machine;
    this.#request = request;
    this.state = newStream(machine);
  }

  get request() {
    return this.#request;
  }

  set(wanted: Snapshot) {
    this.state = { ...this.state, wanted: wantedOf(wanted, this.state.wanted) };
    return this.advance();
  }

  advance(held: ReadonlySet<XdsKind> = new Set()) {
    const { state, responses } = advance(this.#machine, this.state, held);
    this.state = state;
    return responses.map(
      ({ kind, resources, removed }) =>
        `${kind} ${[...resources.map(({ name }) => name), ...removed.map((name) => `-${name}`)].join(' ')}`,
    );
  }

  ask(kind: XdsKind, ...names: string[]) {
    return this.#receive(kind, '', names);
  }

  answer(kind: XdsKind, names: string[] = [], error?: string) {
    return this.#receive(kind, this.state.kinds[kind].awaiting?.nonce ?? 'none', names, error);
  }

  #receive(kind: XdsKind, nonce: string, names: string[], error?: string) {
    this.state = receive(this.#machine, this.state, this.#request(kind, nonce, names, error) as never).state;
    return this.advance();
  }
}

const delta = () =>
  new Client(
    deltaMachine as never,
    (kind, nonce, names, error) =>
      ({
        kind,
        nonce,
        subscribe: nonce ? [] : names,
        unsubscribe: [],
        initialVersions: {},
        ...(error ? { error } : {}),
      }) as never,
  );
const sotw = () =>
  new Client(
    sotwMachine as never,
    (kind, nonce, names, error) => ({ kind, nonce, names, version: '', ...(error ? { error } : {}) }) as never,
  );

/** Through the start of an Envoy: clusters, endpoints, listeners, routes. */
function started<S extends KindState>(client: Client<S>): Client<S> {
  client.set(snapshot('a'));
  expect(client.ask('cluster')).toEqual(['cluster a']);
  expect(client.ask('endpoint', 'a')).toEqual(['endpoint a']);
  client.answer('endpoint', ['a']);
  expect(client.answer('cluster')).toEqual([]);
  expect(client.ask('listener')).toEqual(['listener l']);
  client.answer('listener');
  expect(client.ask('route', 'r')).toEqual(['route r']);
  expect(client.answer('route', ['r'])).toEqual([]);
  expect(isSettled(client.state, new Set())).toBe(true);
  return client;
}

// "Sequencing of updates should follow a make before break model" (xDS, Eventual consistency considerations).
describe('the order of a push', () => {
  it('brings the new cluster, then its endpoints, then the route; then takes the old cluster away', () => {
    const client = started(delta());
    expect(client.set(snapshot('b'))).toEqual(['cluster b']);
    expect(client.ask('endpoint', 'b')).toEqual(['endpoint b']);
    client.answer('endpoint');
    expect(client.answer('cluster')).toEqual(['route r']);
    expect(client.answer('route')).toEqual(['cluster -a']);
    expect(client.answer('cluster')).toEqual(['endpoint -a']);
  });

  it('does so in state of the world', () => {
    const client = started(sotw());
    expect(client.set(snapshot('b'))).toEqual(['cluster b a']);
    expect(client.answer('endpoint', ['a', 'b'])).toEqual([]);
    client.state = receive(sotwMachine as never, client.state, {
      kind: 'endpoint',
      nonce: '2',
      names: ['a', 'b'],
      version: '',
    } as never).state;
    expect(client.advance()).toEqual(['endpoint b']);
    client.answer('endpoint', ['a', 'b']);
    expect(client.answer('cluster')).toEqual(['route r']);
    expect(client.answer('route', ['r'])).toEqual(['cluster b']);
    expect(client.answer('cluster')).toEqual([]);
    expect(isSettled(client.state, new Set())).toBe(true);
  });

  // "Warming of Cluster is completed only when a new ClusterLoadAssignment response is supplied by management server even
  // though there is no change in endpoints."
  it.each([
    ['delta', delta],
    ['state of the world', sotw],
  ])('sends the endpoints of a changed cluster again in the same push, %s', (_, client) => {
    expect(started(client()).set(snapshot('a', { connectTimeout: '2s' }))).toEqual(['cluster a', 'endpoint a']);
  });

  it('sends them to an Envoy that comes back with the old ones, and subscribes after its cluster changed', () => {
    const client = delta();
    const version = wantedOf(snapshot('a'), undefined).endpoint.get('a')?.version ?? '';
    client.set(snapshot('a', { connectTimeout: '2s' }));
    expect(client.ask('cluster')).toEqual(['cluster a']);
    const request = { kind: 'endpoint', nonce: '', subscribe: ['a'], unsubscribe: [], initialVersions: { a: version } };
    client.state = receive(deltaMachine as never, client.state, request as never).state;
    expect(client.advance()).toEqual(['endpoint a']);
  });

  it('sends a change of endpoints alone, without waiting for anything', () => {
    expect(started(delta()).set(snapshot('a', { host: '10.0.0.2' }))).toEqual(['endpoint a']);
  });

  it('sends the endpoints after those in flight, when the cluster changes meanwhile', () => {
    const client = started(delta());
    client.set(snapshot('a', { host: '10.0.0.2' }));
    expect(client.set(snapshot('a', { host: '10.0.0.2', connectTimeout: '2s' }))).toEqual(['cluster a']);
    expect(client.answer('endpoint')).toEqual(['endpoint a']);
  });

  it('keeps the old cluster while the route to the new one is refused', () => {
    const client = started(delta());
    client.set(snapshot('b'));
    client.ask('endpoint', 'b');
    client.answer('endpoint');
    client.answer('cluster');
    expect(client.answer('route', [], 'no')).toEqual([]);
    expect(isSettled(client.state, new Set())).toBe(true);
    expect(isRefused(client.state)).toBe(true);
  });

  it('holds back a kind that backs off, and what comes after it', () => {
    const client = started(delta());
    client.state = { ...client.state, wanted: wantedOf(snapshot('b'), client.state.wanted) };
    expect(client.advance(new Set(['cluster', 'route']))).toEqual([]);
    expect(isSettled(client.state, new Set(['cluster']))).toBe(false);
    expect(client.advance()).toEqual(['cluster b']);
  });

  it('sends nothing for an equal snapshot of new objects', () => {
    const client = started(delta());
    const before = client.state.wanted;
    expect(client.set(snapshot('a'))).toEqual([]);
    expect(client.state.wanted?.cluster).toBe(before?.cluster);
  });
});
