import { describe, expect, it } from 'vitest';
import type { XdsKind } from '../../shared/xds/snapshot.ts';
import { encodedSet } from '../../test/support/encodedSet.ts';
import { type DeltaRequest, type DeltaState, deltaMachine } from './deltaStream.ts';
import type { Encoded } from './encoded.ts';

/** Drives one kind as a client and a server would. */
class Session {
  state: DeltaState;
  #nonce = 0;

  constructor(kind: XdsKind) {
    this.state = deltaMachine.initial(kind);
  }

  request(request: Partial<DeltaRequest>) {
    const received = deltaMachine.receive(this.state, {
      kind: this.state.kind,
      nonce: '',
      subscribe: [],
      unsubscribe: [],
      initialVersions: {},
      ...request,
    });
    this.state = received.state;
    return received.answer;
  }

  /** What is sent for that set, as `name@version` and `-name`; undefined: nothing. */
  push(wanted: ReadonlyMap<string, Encoded>, mayRemove = true) {
    if (this.state.awaiting) return 'in flight';
    const { state, response } = deltaMachine.respond(this.state, wanted, String(++this.#nonce), mayRemove);
    this.state = state;
    return (
      response && [
        ...response.resources.map(({ name, version }) => `${name}@${version}`),
        ...response.removed.map((name) => `-${name}`),
      ]
    );
  }

  ack() {
    return this.request({ nonce: this.state.awaiting?.nonce ?? '' });
  }
}

describe('delta', () => {
  it('a wildcard gets everything, then what changed, and what is gone', () => {
    const session = new Session('cluster');
    session.request({});
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toEqual(['a@1', 'b@1']);
    expect(session.ack()).toMatchObject({ accepted: true });
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toBeUndefined();
    expect(session.push(encodedSet({ a: '2', c: '1' }))).toEqual(['a@2', 'c@1', '-b']);
  });

  it('a wildcard is answered even when there is nothing', () => {
    const session = new Session('listener');
    session.request({});
    expect(session.push(encodedSet({}))).toEqual([]);
    session.ack();
    expect(session.push(encodedSet({}))).toBeUndefined();
  });

  it('only named resources are sent; names come and go', () => {
    const session = new Session('endpoint');
    session.request({ subscribe: ['a', 'b'] });
    expect(session.push(encodedSet({ a: '1', b: '1', c: '1' }))).toEqual(['a@1', 'b@1']);
    session.request({ nonce: '1', subscribe: ['c'], unsubscribe: ['a'] });
    expect(session.push(encodedSet({ a: '2', b: '1', c: '1' }))).toEqual(['c@1']);
  });

  // "The server must resend any newly requested resources, even if it previously sent those resources […] and the resources
  // have not changed since that time."
  it('what is asked for again is sent again', () => {
    const session = new Session('endpoint');
    session.request({ subscribe: ['a'] });
    session.push(encodedSet({ a: '1' }));
    session.ack();
    session.request({ subscribe: ['a'] });
    expect(session.push(encodedSet({ a: '1' }))).toEqual(['a@1']);
  });

  // "Knowing When a Requested Resource Does Not Exist": removed_resources; and "if one of those resources springs into
  // existence later, the server must send an update to the client informing it of the new resource".
  it('what does not exist is said to, at once and once, and sent when it exists', () => {
    const session = new Session('endpoint');
    session.request({ subscribe: ['a'] });
    expect(session.push(encodedSet({}), false)).toEqual(['-a']);
    session.ack();
    expect(session.push(encodedSet({}))).toBeUndefined();
    expect(session.push(encodedSet({ a: '1' }))).toEqual(['a@1']);
  });

  it('a response that is not answered yet holds back the next', () => {
    const session = new Session('cluster');
    session.request({});
    session.push(encodedSet({ a: '1' }));
    expect(session.push(encodedSet({ a: '2' }))).toBe('in flight');
    session.ack();
    expect(session.push(encodedSet({ a: '3' }))).toEqual(['a@3']);
  });

  it('an answer with another nonce is none, but its names count', () => {
    const session = new Session('endpoint');
    session.request({ subscribe: ['a'] });
    session.push(encodedSet({ a: '1' }));
    expect(session.request({ nonce: 'other', subscribe: ['b'] })).toBeUndefined();
    expect(session.push(encodedSet({}))).toBe('in flight');
    session.ack();
    expect(session.push(encodedSet({ a: '1', b: '1' }))).toEqual(['b@1']);
  });

  // "initial_resource_versions: informs the server of the versions of the resources the xDS client knows of, to enable the
  // client to continue the same logical xDS session even in the face of gRPC stream failure."
  it('a reconnecting proxy is sent what it lacks', () => {
    const wildcard = new Session('cluster');
    wildcard.request({ initialVersions: { a: '1', b: '1', gone: '1' } });
    expect(wildcard.push(encodedSet({ a: '1', b: '2' }))).toEqual(['b@2', '-gone']);
    const named = new Session('endpoint');
    named.request({ subscribe: ['a', 'b'], initialVersions: { a: '1', b: '1' } });
    expect(named.push(encodedSet({ a: '1', b: '1' }))).toBeUndefined();
  });

  it('unsubscribing a name under a wildcard asks for its state', () => {
    const session = new Session('cluster');
    session.request({});
    session.push(encodedSet({ a: '1' }));
    session.ack();
    session.request({ subscribe: ['a'] });
    session.push(encodedSet({ a: '1' }));
    session.ack();
    session.request({ unsubscribe: ['a'] });
    expect(session.push(encodedSet({ a: '1' }))).toEqual(['a@1']);
  });

  describe('refused', () => {
    const refuse = () => {
      const session = new Session('cluster');
      session.request({});
      session.push(encodedSet({ a: '1', b: '1' }));
      session.ack();
      session.push(encodedSet({ a: 'bad', b: '2' }));
      const answer = session.request({ nonce: '2', error: 'Error adding/updating cluster(s) a: no such thing' });
      expect(answer).toEqual({
        accepted: false,
        error: 'Error adding/updating cluster(s) a: no such thing',
        names: ['a'],
      });
      return session;
    };

    it('is not sent again unchanged, the rest goes on', () => {
      const session = refuse();
      expect(session.push(encodedSet({ a: 'bad', b: '2' }))).toBeUndefined();
      expect(session.push(encodedSet({ a: 'bad', b: '3' }))).toEqual(['b@3']);
    });

    it('is sent when it changed, also back to what it was', () => {
      expect(refuse().push(encodedSet({ a: '3', b: '2' }))).toEqual(['a@3']);
      expect(refuse().push(encodedSet({ a: '1', b: '2' }))).toEqual(['a@1']);
    });

    it('is removed when it is no longer wanted: the proxy has its last good form', () => {
      expect(refuse().push(encodedSet({ b: '2' }))).toEqual(['-a']);
    });

    it('is all of a response when the error names none', () => {
      const session = new Session('cluster');
      session.request({});
      session.push(encodedSet({ a: '1', b: '1' }));
      expect(session.request({ nonce: '1', error: 'bad luck' })?.names).toEqual(['a', 'b']);
      expect(session.push(encodedSet({ a: '1', b: '1' }))).toBeUndefined();
    });
  });
});
