import { describe, expect, it } from 'vitest';
import type { XdsKind } from '../../shared/xds/snapshot.ts';
import { encodedSet } from '../../test/support/encodedSet.ts';
import type { Encoded } from './encoded.ts';
import { setVersion } from './response.ts';
import { type SotwRequest, type SotwState, sotwMachine } from './sotwStream.ts';

class Session {
  state: SotwState;
  #nonce = 0;

  constructor(kind: XdsKind) {
    this.state = sotwMachine.initial(kind);
  }

  request(names: readonly string[], request: Partial<SotwRequest> = {}) {
    const received = sotwMachine.receive(this.state, {
      kind: this.state.kind,
      nonce: this.state.lastNonce,
      names,
      version: '',
      ...request,
    });
    this.state = received.state;
    return received.answer;
  }

  push(wanted: ReadonlyMap<string, Encoded>, mayRemove = true) {
    if (this.state.awaiting) return 'in flight';
    const { state, response } = sotwMachine.respond(this.state, wanted, String(++this.#nonce), mayRemove);
    this.state = state;
    return response?.resources.map(({ name, version }) => `${name}@${version}`);
  }
}

describe('state of the world', () => {
  // "For Listener and Cluster […] if the server has previously sent 100 resources and only one of them has changed, it must
  // resend all 100 of them."
  it('sends clusters and listeners as a whole', () => {
    const session = new Session('cluster');
    session.request([]);
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toEqual(['a@1', 'b@1']);
    expect(session.request([])).toMatchObject({ accepted: true });
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toBeUndefined();
    expect(session.push(encodedSet({ a: '1', b: '2' }))).toEqual(['a@1', 'b@2']);
    session.request([]);
    expect(session.push(encodedSet({ b: '2' }))).toEqual(['b@2']);
  });

  it('keeps what is no longer wanted until it may be removed', () => {
    const session = new Session('cluster');
    session.request([]);
    session.push(encodedSet({ a: '1' }));
    session.request([]);
    expect(session.push(encodedSet({ b: '1' }), false)).toEqual(['b@1', 'a@1']);
    session.request([]);
    expect(session.push(encodedSet({ b: '1' }), false)).toBeUndefined();
    expect(session.push(encodedSet({ b: '1' }))).toEqual(['b@1']);
  });

  it('answers a wildcard even when there is nothing', () => {
    const session = new Session('listener');
    session.request([]);
    expect(session.push(encodedSet({}))).toEqual([]);
  });

  // "All resource types except for Listener and Cluster are grouped into responses in the same way as in the incremental
  // protocol variants."
  it('sends endpoints, routes and secrets as far as they changed', () => {
    const session = new Session('endpoint');
    session.request(['a', 'b']);
    expect(session.push(encodedSet({ a: '1', b: '1', c: '1' }))).toEqual(['a@1', 'b@1']);
    session.request(['a', 'b']);
    expect(session.push(encodedSet({ a: '1', b: '2' }))).toEqual(['b@2']);
  });

  // "Envoy […] may issue an additional DiscoveryRequest for X with {foo, bar} as resource_names": it is an ACK too.
  it('answers names that were added with an acknowledgement', () => {
    const session = new Session('secret');
    session.request(['a']);
    session.push(encodedSet({ a: '1', b: '1' }));
    expect(session.request(['a', 'b'])).toMatchObject({ accepted: true });
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toEqual(['b@1']);
    session.request(['b']);
    session.request(['a', 'b']);
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toEqual(['a@1']);
  });

  // "The management server should not send a DiscoveryResponse for any DiscoveryRequest that has a stale nonce."
  it('ignores requests with a stale nonce', () => {
    const session = new Session('endpoint');
    session.request(['a']);
    session.push(encodedSet({ a: '1' }));
    session.request(['a']);
    session.push(encodedSet({ a: '2' }));
    expect(session.request(['a', 'b'], { nonce: '1', error: 'old' })).toBeUndefined();
    expect(session.push(encodedSet({ a: '3', b: '1' }))).toBe('in flight');
    expect(session.request(['a', 'b'])).toMatchObject({ accepted: true });
  });

  // "The nonce […] does not survive stream restarts."
  it('takes a first request with any nonce', () => {
    const session = new Session('endpoint');
    session.request(['a'], { nonce: 'of another stream', version: 'v' });
    expect(session.push(encodedSet({ a: '1' }))).toEqual(['a@1']);
  });

  // "It is generally safe for servers to do this optimization for LDS and CDS when the only subscription is a wildcard."
  it('sends nothing to a reconnecting proxy that has it all', () => {
    const wanted = encodedSet({ a: '1', b: '1' });
    const same = new Session('cluster');
    same.request([], { version: setVersion(wanted.values()) });
    expect(same.push(wanted)).toBeUndefined();
    expect(same.push(encodedSet({ a: '2', b: '1' }))).toEqual(['a@2', 'b@1']);
    const other = new Session('cluster');
    other.request([], { version: 'old' });
    expect(other.push(wanted)).toEqual(['a@1', 'b@1']);
  });

  it('replaces what was refused by its last good form', () => {
    const session = new Session('listener');
    session.request([]);
    session.push(encodedSet({ a: '1', b: '1' }));
    session.request([]);
    session.push(encodedSet({ a: 'bad', b: '1', c: 'bad' }));
    const error = 'Error adding/updating listener(s) a: malformed IP address, c: the same';
    expect(session.request([], { error })).toEqual({ accepted: false, error, names: ['a', 'c'] });
    expect(session.push(encodedSet({ a: 'bad', b: '1', c: 'bad' }))).toBeUndefined();
    expect(session.push(encodedSet({ a: 'bad', b: '2', c: 'bad' }))).toEqual(['a@1', 'b@2']);
    session.request([]);
    expect(session.push(encodedSet({ a: '3', b: '2', c: '2' }))).toEqual(['a@3', 'b@2', 'c@2']);
  });
});
