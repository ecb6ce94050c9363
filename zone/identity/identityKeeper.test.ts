import { describe, expect, it } from 'vitest';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { NO_METADATA, resourceOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { View } from '../../shared/view/view.ts';
import { CaFiles } from './caFiles.ts';
import { IdentityKeeper } from './identityKeeper.ts';
import type { CertificateRequest, SigningCa, TagSets } from './issueCertificate.ts';

const proxy: Proxy = { id: 'm.p', kind: 'sidecar', mesh: 'm', name: 'p', metadata: NO_METADATA };
const HOUR = 3_600_000;

/** A mesh whose CA "signs" by writing down what it was asked; time moves by hand. */
function world(expiration?: string, requestTimeout?: string) {
  const view = new View();
  let version = 0;
  const put = (one: WrittenResource) =>
    view.apply({ origin: '', key: resourceOf(one), resource: resourceOf(one), version: ++version });
  const secret = (name: string, text: string) =>
    put({ type: 'Secret', mesh: 'm', name, data: Buffer.from(text).toString('base64') });
  const mesh = (backend: string | undefined) => {
    const spec: MeshSpec = {
      mtls: {
        enabledBackend: backend,
        backends: ['ca-1', 'ca-2'].map((name) => ({
          name,
          type: 'builtin',
          dpCert: { rotation: { expiration }, requestTimeout },
        })),
      },
    };
    put({ type: 'Mesh', name: 'm', ...spec });
  };
  const state = {
    now: 0,
    /** The clock that only runs. */
    running: 0,
    tags: [{ 'kuma.io/service': 'a' }] as TagSets | undefined,
    issued: [] as string[],
    changed: 0,
    failures: [] as string[],
    /** Signing waits for it. */
    held: undefined as Promise<void> | undefined,
  };
  const timers: { at: number; callback: () => void }[] = [];
  const keeper = new IdentityKeeper({
    view,
    files: new CaFiles(),
    issuer:
      async (ca: SigningCa) =>
      async ({ tags, lifetimeMs, now }: CertificateRequest) => {
        await state.held;
        state.issued.push(`${ca.certificatePem} ${tags.map((set) => set['kuma.io/service'])} ${lifetimeMs / HOUR}h`);
        return {
          certificateChainPem: `${ca.certificatePem}#${state.issued.length}`,
          privateKeyPem: 'k',
          notAfter: now.getTime() + lifetimeMs,
        };
      },
    tagsOf: () => state.tags,
    changed: () => {
      state.changed++;
    },
    failed: (_, error) => state.failures.push(error.message),
    now: () => state.now,
    later: (ms, callback) => {
      const timer = { at: state.running + ms, callback };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number) => {
    state.now += ms;
    state.running += ms;
    for (const timer of timers.filter(({ at }) => at <= state.running)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
    await settle();
  };
  const ca = (name: string) => {
    secret(`m.ca-builtin-cert-${name}`, `cert-${name}`);
    secret(`m.ca-builtin-key-${name}`, `key-${name}`);
  };
  return {
    keeper,
    state,
    timers,
    mesh,
    ca,
    pass,
    settle,
    current: () => keeper.identityOf(proxy)?.certificateChainPem,
  };
}

describe('the identity of a sidecar', () => {
  it('is issued when it is first asked for, and said to be there when it is', async () => {
    const { keeper, state, mesh, ca, settle, current } = world();
    ca('ca-1');
    mesh('ca-1');
    expect(current()).toBeUndefined();
    await settle();
    expect(state).toMatchObject({ changed: 1, issued: ['cert-ca-1 a 24h'] });
    expect(current()).toBe('cert-ca-1#1');
    expect(keeper.issued('m.p')).toEqual({ backend: 'ca-1', issuedAt: 0, notAfter: 24 * HOUR, count: 1 });
    await settle();
    expect(state.issued).toHaveLength(1);
  });

  it('is tried again when issuing takes longer than the CA backend allows; what comes late is dropped', async () => {
    const { state, mesh, ca, pass, settle, current } = world(undefined, '2s');
    ca('ca-1');
    mesh('ca-1');
    const held = Promise.withResolvers<void>();
    state.held = held.promise;
    expect(current()).toBeUndefined();
    await settle();
    await pass(2_000);
    expect(state.failures).toEqual([
      'no certificate was issued within 2000 ms, the dpCert.requestTimeout of the CA backend',
    ]);
    state.held = undefined;
    held.resolve();
    await settle();
    expect(current()).toBeUndefined();
    await pass(10_000);
    await settle();
    expect(current()).toBe('cert-ca-1#2');
    expect(state.failures).toHaveLength(1);
  });

  it('is renewed at 4/5 of its life; the old one serves meanwhile', async () => {
    const { state, mesh, ca, pass, settle, current } = world('10h');
    ca('ca-1');
    mesh('ca-1');
    current();
    await settle();
    await pass(8 * HOUR - 1);
    expect(state.issued).toHaveLength(1);
    const renewal = pass(1);
    expect(current()).toBe('cert-ca-1#1');
    await renewal;
    expect(current()).toBe('cert-ca-1#2');
    await pass(8 * HOUR);
    expect(state.issued).toHaveLength(3);
  });

  it('outlives the longest timer of Node', async () => {
    const { state, mesh, ca, pass, settle, current } = world('100d');
    ca('ca-1');
    mesh('ca-1');
    current();
    await settle();
    for (let day = 0; day < 79; day++) await pass(24 * HOUR);
    expect(state.issued).toHaveLength(1);
    await pass(24 * HOUR);
    expect(state.issued).toHaveLength(2);
  });

  it.each([
    ['forward, past its renewal', 9 * HOUR],
    ['back, before it was issued', -HOUR],
  ])('is issued anew within a minute when the clock is set %s', async (_, by) => {
    const { state, mesh, ca, pass, settle, current } = world('10h');
    ca('ca-1');
    mesh('ca-1');
    current();
    await settle();
    await pass(60_000);
    expect(state.issued).toHaveLength(1);
    state.now += by;
    await pass(60_000);
    expect(state.issued).toHaveLength(2);
  });

  it('is issued anew with another CA and with other tags', async () => {
    const { state, mesh, ca, settle, current } = world();
    ca('ca-1');
    ca('ca-2');
    mesh('ca-1');
    current();
    await settle();
    mesh('ca-2');
    expect(current()).toBe('cert-ca-1#1');
    await settle();
    expect(current()).toBe('cert-ca-2#2');
    state.tags = [{ 'kuma.io/service': 'b' }];
    current();
    await settle();
    expect(state.issued.at(-1)).toBe('cert-ca-2 b 24h');
  });

  it('is not there without mTLS, without Dataplane, and for an ingress', async () => {
    const { keeper, state, mesh, ca, settle, current } = world();
    ca('ca-1');
    mesh(undefined);
    current();
    mesh('ca-1');
    state.tags = undefined;
    current();
    keeper.identityOf({ ...proxy, kind: 'ingress', mesh: '' });
    await settle();
    expect(state).toMatchObject({ issued: [], failures: [] });
  });

  it('says what is missing, and tries again when it may be there', async () => {
    const { state, mesh, ca, pass, settle, current } = world();
    mesh('ca-1');
    current();
    expect(state.failures).toEqual([
      'no certificate can be issued in mesh m by its CA backend ca-1: the Secret m.ca-builtin-cert-ca-1 is not there and the Secret m.ca-builtin-key-ca-1 is not there',
    ]);
    await pass(10_000);
    expect(state.failures).toHaveLength(2);
    ca('ca-1');
    current();
    await settle();
    expect(current()).toBe('cert-ca-1#1');
  });

  it('is forgotten with the proxy', async () => {
    const { keeper, state, timers, mesh, ca, settle, current } = world();
    ca('ca-1');
    mesh('ca-1');
    current();
    keeper.forget('m.p');
    await settle();
    expect(state.changed).toBe(0);
    expect(timers).toEqual([]);
  });

  it('is nothing to try again for when it could not be issued to a proxy that is gone', async () => {
    const { keeper, state, timers, mesh, ca, settle, current } = world();
    ca('ca-1');
    mesh('ca-1');
    state.held = Promise.reject(new Error('no entropy'));
    current();
    keeper.forget('m.p');
    await settle();
    expect([state.failures, timers]).toEqual([[], []]);
  });
});
