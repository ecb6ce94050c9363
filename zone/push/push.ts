import type { AdminTrust } from '../../shared/snapshot/adminTrust.ts';
import { affectedProxies, type Scope, type World } from '../../shared/snapshot/affectedProxies.ts';
import { type Generated, generate } from '../../shared/snapshot/generateSnapshot.ts';
import { Memo } from '../../shared/snapshot/memo.ts';
import type { Proxy, ProxyIdentity, ZoneSettings } from '../../shared/snapshot/proxy.ts';
import { ProxyIndex } from '../../shared/snapshot/proxyIndex.ts';
import { regenerateEndpoints } from '../../shared/snapshot/regenerateEndpoints.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { unresolvedReason } from '../../shared/resource/resolved.ts';
import { changesCertificate } from '../../shared/view/plainInstances.ts';
import type { Changed, View } from '../../shared/view/view.ts';
import type { AdsServer } from '../ads/ports.ts';
import { resourceType } from '../dataplane/proxyResource.ts';
import type { Applied } from '../replica/ports.ts';
import type { Outcome, Rollouts } from './rollouts.ts';
import { Pace, type PaceDeps } from './pace.ts';
import { NO_CHANGES, type Pending, Waiting } from './waiting.ts';

type Log = Record<'warn' | 'error', (fields: object, message: string) => void>;

type Deps = PaceDeps & {
  readonly view: View;
  readonly ads: AdsServer;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  /** The proxy's certificate as far as there is one; having it looked at renews it where needed. */
  readonly identityOf: (proxy: Proxy) => ProxyIdentity | undefined;
  /** What proxies know this control plane by when it asks their admin APIs, as it is now. */
  readonly adminTrust?: () => AdminTrust;
  readonly rollouts: Rollouts;
  readonly log: Log;
};

/** Generating goes on for so long before acknowledgements and heartbeats get their turn. */
const SLICE_MS = 4;

/** While something waits, it is looked again so often whether it still has to. */
const LOOK_MS = 50;

const STAYS = 'configuration cannot be made; the last good one stays';

/**
 * Brings changes of the view to the proxies that they concern: merged, at most one waiting for each proxy, in slices that
 * yield to the event loop. A proxy whose configuration cannot be generated keeps its last good one.
 */
export class Push {
  readonly #deps: Deps;
  readonly #world: World;
  readonly #index = new ProxyIndex();
  /** Changes of zone logs that nobody has looked at yet. */
  readonly #local: Changed[] = [];
  readonly #waiting = new Waiting();
  readonly #refusals = new Map<string, string>();
  readonly #errors = new Map<string, string>();
  readonly #pace: Pace;
  #timer: NodeJS.Timeout | undefined;
  #pushing = false;
  #stopped = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#pace = new Pace(deps);
    this.#world = { view: deps.view, registry: deps.registry, settings: deps.settings, memo: new Memo() };
  }

  /**
   * The view has applied these changes just now. Those of the policy log are looked at one by one, since each is followed on
   * its own; those of zone logs together, so that a crowd of proxies that registers costs one look.
   */
  applied({ changes, position, change }: Applied): void {
    if (!change) {
      // Nearly no insight is in a configuration; a thousand of them are no crowd that a change would have to wait for.
      const { registry, view } = this.#deps;
      const shaping = changes.filter(
        (changed) => !registry.byType(changed.key.type)?.readOnly || changesCertificate(view, changed),
      );
      if (shaping.length === 0) return;
      this.#local.push(...shaping);
      this.#came();
      return;
    }
    this.#takeLocal();
    const concerned = this.#concern(changes, change.id);
    // Who waits for a first snapshot is not in the index yet, but gets this change with it.
    for (const [proxyId, pending] of this.#waiting.entries()) {
      if (concerned.has(proxyId) || this.#index.get(proxyId)) continue;
      pending.changes = pending.changes.union(new Set([change.id]));
      concerned.add(proxyId);
    }
    this.#deps.rollouts.begin(change, position, concerned);
    if (concerned.size > 0) this.#came();
  }

  /** A proxy came. */
  connected(proxy: Proxy): void {
    this.#index.remove(proxy.id);
    this.#refusals.delete(proxy.id);
    this.#waiting.addNewcomer(proxy.id);
    this.#came();
  }

  disconnected(proxy: Proxy): void {
    const pending = this.#waiting.get(proxy.id);
    if (pending) this.#deps.rollouts.settle(pending.changes, proxy.id, { gone: true });
    this.#waiting.delete(proxy.id);
    this.#index.remove(proxy.id);
    this.#refusals.delete(proxy.id);
    this.#errors.delete(proxy.id);
  }

  /** Something that is not in the view changed for this proxy: its certificate. */
  refresh(proxyId: string): void {
    if (!this.#deps.ads.proxies.has(proxyId)) return;
    this.#waiting.add(proxyId, 'all', NO_CHANGES);
    this.#came();
  }

  /** As `refresh`, for what is the same for all proxies. */
  refreshAll(): void {
    for (const proxyId of this.#deps.ads.proxies.keys()) this.refresh(proxyId);
  }

  /** The proxy refused something: the reason is told with the rollout. */
  refused(proxyId: string, error: string): void {
    this.#refusals.set(proxyId, error);
  }

  /** Why the proxy's configuration cannot be generated at present. */
  errorOf(proxyId: string): string | undefined {
    return this.#errors.get(proxyId);
  }

  /** Whether a change is still to be looked at, or a proxy is still to be given what it brought. */
  get busy(): boolean {
    return this.#pushing || this.#pace.due !== undefined;
  }

  /** Connected sidecars of a mesh that have had a snapshot. */
  *sidecars(mesh: string): Iterable<Proxy> {
    for (const { proxy } of this.#index.sidecars(mesh)) yield proxy;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #takeLocal(): void {
    if (this.#local.length > 0) this.#concern(this.#local.splice(0), undefined);
  }

  /** Makes the proxies wait that the changes concern. */
  #concern(changes: readonly Changed[], change: string | undefined): Set<string> {
    const concerned = new Set<string>();
    const because = change === undefined ? NO_CHANGES : new Set([change]);
    const add = (proxyId: string, scope: Scope) => {
      if (!this.#deps.ads.proxies.has(proxyId)) return;
      concerned.add(proxyId);
      this.#waiting.add(proxyId, scope, because);
    };
    for (const [proxyId, scope] of affectedProxies(this.#world, this.#index, changes)) add(proxyId, scope);
    // What could not be made before may be possible now.
    for (const proxyId of this.#errors.keys()) add(proxyId, 'all');
    return concerned;
  }

  #came(): void {
    this.#pace.came(performance.now());
    if (!this.#pushing) this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const { due } = this.#pace;
    if (due === undefined || this.#stopped) return;
    const ms = due - performance.now();
    // Who was on his way may have been refused: nobody says so.
    if (ms > 0) this.#timer = setTimeout(() => this.#wait(), Math.min(ms, LOOK_MS));
    else this.#start();
  }

  #start(): void {
    this.#pushing = true;
    // Connections come in one event each: those of a crowd are taken together.
    setImmediate(() => this.#slice());
  }

  #slice(): void {
    const now = performance.now();
    if (this.#pace.due !== undefined && this.#pace.due <= now) {
      this.#takeLocal();
      this.#waiting.admit();
      this.#pace.pushed();
    }
    while (performance.now() < now + SLICE_MS) {
      const next = this.#waiting.take();
      if (!next) break;
      this.#push(...next);
    }
    if (this.#waiting.size === 0) this.#pace.done();
    this.#pushing = this.#waiting.size > 0 && !this.#stopped;
    if (this.#pushing) setImmediate(() => this.#slice());
    else this.#wait();
  }

  #push(proxyId: string, { scope, changes }: Pending): void {
    const proxy = this.#deps.ads.proxies.get(proxyId);
    if (!proxy) return;
    const { log, ads, rollouts } = this.#deps;
    const settle = (outcome: Outcome) => rollouts.settle(changes, proxyId, outcome);
    const fail = (reason: string) => {
      const error = `its configuration cannot be made: ${reason}`;
      this.#errors.set(proxyId, error);
      settle({ accepted: false, error });
    };
    const before = this.#index.get(proxyId)?.generated;
    const former = scope === 'all' ? undefined : before;
    const unresolved = former ? undefined : this.#unresolvedReason(proxy);
    if (unresolved !== undefined) {
      // No fault of ours, and its status says so for as long as it lasts.
      if (!this.#errors.has(proxyId)) log.warn({ proxy: proxyId, reason: unresolved }, STAYS);
      fail(unresolved);
      return;
    }
    try {
      const generated = former ? regenerateEndpoints(former, this.#world) : this.#generate(proxy, before);
      const settled = ads.setSnapshot(proxyId, generated.snapshot);
      this.#index.update(proxy, generated);
      this.#errors.delete(proxyId);
      void settled.then((accepted) => {
        if (accepted === undefined) settle({ gone: true });
        else if (accepted) settle({ accepted });
        else settle({ accepted, error: this.#refusals.get(proxyId) ?? 'refused' });
      });
    } catch (cause) {
      log.error({ proxy: proxyId, error: (cause as Error).stack }, STAYS);
      fail((cause as Error).message);
    }
  }

  /** Why it cannot be told where to listen: its address is a name that nobody knows yet. */
  #unresolvedReason({ kind, mesh, name }: Proxy): string | undefined {
    const key = { type: resourceType(kind), mesh, name };
    const resource = this.#deps.view.get(key, this.#deps.settings.zone)?.resource;
    return resource && unresolvedReason(resource);
  }

  #generate(proxy: Proxy, before: Generated | undefined): Generated {
    const { identityOf, adminTrust } = this.#deps;
    const identity = identityOf(proxy);
    const trust = adminTrust && { adminTrust: adminTrust() };
    return generate({ ...this.#world, ...trust, proxy: identity ? { ...proxy, identity } : proxy }, before);
  }
}
