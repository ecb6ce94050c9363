import type { Proxy, ProxyIdentity } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import { identityUris, type IssuedCertificate, type Issuer, type SigningCa, type TagSets } from './issueCertificate.ts';
import { type MeshCa, meshCa, type ReadFile } from './meshCa.ts';

/** The time of day may be set, and a machine may sleep: so often is looked whether a certificate is due. */
const LONGEST_TIMER_MS = 60_000;
const RETRY_MS = 10_000;

/** What DataplaneInsight tells of a proxy's certificate. */
export interface IssuedIdentity {
  readonly backend: string;
  readonly issuedAt: number;
  readonly notAfter: number;
  /** How often this proxy was issued one since it connected. */
  readonly count: number;
}

type Deps = {
  readonly view: View;
  /** Files of this machine that CAs are made of; the revision changes with any of them. */
  readonly files: { readonly revision: number; readonly read: ReadFile };
  readonly issuer: (ca: SigningCa) => Promise<Issuer>;
  /** Tags of the proxy's inbounds; undefined when its Dataplane is not there. */
  readonly tagsOf: (proxy: Proxy) => TagSets | undefined;
  /** There is a new certificate, or none any more: the proxy's snapshot is to be made anew. */
  readonly changed: (proxy: Proxy) => void;
  readonly failed: (proxy: Proxy, error: Error) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back after that many milliseconds, unless it is taken back. */
  readonly later: (ms: number, callback: () => void) => () => void;
};

interface Need {
  readonly basis: string;
  readonly ca: SigningCa;
  readonly signedByFile: string | undefined;
  readonly lifetimeMs: number;
  readonly requestTimeoutMs: number | undefined;
  readonly backend: string;
  readonly tags: TagSets;
}

interface Kept {
  /** What the certificate was issued upon: it is stale when this differs. */
  readonly basis: string;
  readonly certificate?: IssuedCertificate;
  readonly issued?: IssuedIdentity;
}

/**
 * Keeps every sidecar of a mesh with mTLS in possession of a valid certificate: issues at once when there is none, when
 * the CA, the mesh's mTLS or the tags change, and at 4/5 of its life. The old one serves until the new one is there.
 */
export class IdentityKeeper {
  readonly #deps: Deps;
  readonly #kept = new Map<string, Kept>();
  readonly #timers = new Map<string, () => void>();
  readonly #authorities = new Map<string, { readonly revision: string; readonly ca: MeshCa | undefined }>();
  readonly #issuers = new Map<string, Promise<Issuer>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The certificate of a proxy, if it has one by now. Never waits: `changed` is called when there is a newer one. */
  identityOf(proxy: Proxy): ProxyIdentity | undefined {
    this.refresh(proxy);
    return this.#kept.get(proxy.id)?.certificate;
  }

  /** Looks whether the proxy's certificate still fits, and has a new one issued when it does not. */
  refresh(proxy: Proxy): void {
    const need = this.#need(proxy);
    if (!need) {
      this.forget(proxy.id);
      return;
    }
    const kept = this.#kept.get(proxy.id);
    if (kept?.basis === need.basis) return;
    this.#kept.set(proxy.id, { ...kept, basis: need.basis });
    if (need.ca) void this.#issue(proxy, { ...need, ca: need.ca });
    else this.#fail(proxy, need.basis, new Error(need.missing));
  }

  issued(proxyId: string): IssuedIdentity | undefined {
    return this.#kept.get(proxyId)?.issued;
  }

  /** The proxy is gone. */
  forget(proxyId: string): void {
    this.#timers.get(proxyId)?.();
    this.#timers.delete(proxyId);
    this.#kept.delete(proxyId);
  }

  #need(proxy: Proxy) {
    if (proxy.kind !== 'sidecar') return undefined;
    const ca = this.#meshCa(proxy.mesh);
    const tags = ca && this.#deps.tagsOf(proxy);
    return tags && { ...ca, tags, basis: `${ca.revision} ${identityUris(proxy.mesh, tags).join(' ')}` };
  }

  /** Read once for each state of the mesh, since a whole mesh asks when it changes. */
  #meshCa(mesh: string): MeshCa | undefined {
    const { view, files } = this.#deps;
    const revision = `${view.revisionOf('Mesh', '')} ${view.revisionOf('Secret', mesh)} ${files.revision}`;
    const known = this.#authorities.get(mesh);
    if (known?.revision === revision) return known.ca;
    const ca = meshCa(view, mesh, (path) => files.read(path));
    this.#authorities.set(mesh, { revision, ca });
    return ca;
  }

  async #issue(proxy: Proxy, need: Need): Promise<void> {
    const { basis, ca, signedByFile, lifetimeMs, requestTimeoutMs, backend, tags } = need;
    try {
      const issue = await this.#issuer(ca);
      const issuing = issue({ mesh: proxy.mesh, tags, lifetimeMs, now: new Date(this.#deps.now()) });
      const issuedNow = await this.#inTime(issuing, requestTimeoutMs);
      const certificate = signedByFile === undefined ? issuedNow : { ...issuedNow, signedByFile };
      const kept = this.#kept.get(proxy.id);
      // Meanwhile it is gone, or something newer is being issued.
      if (kept?.basis !== basis) return;
      const issued = {
        backend,
        issuedAt: this.#deps.now(),
        notAfter: certificate.notAfter,
        count: (kept.issued?.count ?? 0) + 1,
      };
      this.#kept.set(proxy.id, { basis, certificate, issued });
      this.#again(proxy, basis, (lifetimeMs * 4) / 5);
      this.#deps.changed(proxy);
    } catch (cause) {
      this.#fail(proxy, basis, cause as Error);
    }
  }

  /** @throws Error when it takes longer; what comes later is dropped, and tried again as after any failure. */
  async #inTime<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
    if (ms === undefined) return work;
    const late = Promise.withResolvers<never>();
    const takeBack = this.#deps.later(ms, () =>
      late.reject(new Error(`no certificate was issued within ${ms} ms, the dpCert.requestTimeout of the CA backend`)),
    );
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      takeBack();
    }
  }

  #fail(proxy: Proxy, basis: string, error: Error): void {
    // Meanwhile it is gone, or something newer is being issued.
    if (this.#kept.get(proxy.id)?.basis !== basis) return;
    this.#deps.failed(proxy, error);
    this.#again(proxy, basis, RETRY_MS);
  }

  /** Issues anew after that time, unless something newer came. */
  #again(proxy: Proxy, basis: string, ms: number): void {
    this.#timers.get(proxy.id)?.();
    const from = this.#deps.now();
    const at = from + ms;
    const wait = () => {
      this.#timers.set(proxy.id, this.#deps.later(Math.min(at - this.#deps.now(), LONGEST_TIMER_MS), due));
    };
    const due = () => {
      const kept = this.#kept.get(proxy.id);
      if (kept?.basis !== basis) return;
      // Before it was issued: the clock was ahead then, and what it dated may not be good yet.
      if (this.#deps.now() < at && this.#deps.now() >= from) return wait();
      this.#kept.set(proxy.id, { ...kept, basis: '' });
      this.refresh(proxy);
    };
    wait();
  }

  #issuer(ca: SigningCa): Promise<Issuer> {
    const id = ca.certificatePem + ca.privateKeyPem;
    const known = this.#issuers.get(id);
    if (known) return known;
    const made = this.#deps.issuer(ca);
    this.#issuers.set(id, made);
    made.catch(() => this.#issuers.delete(id));
    return made;
  }
}
