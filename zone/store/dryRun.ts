import { setImmediate } from 'node:timers/promises';
import { mayConcern, type Proposal, proxyEffects } from '../../shared/dryrun/proxyEffects.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Origin } from '../../shared/resource/resource.ts';
import type { DryRun, Stored } from '../../shared/rest/ports.ts';
import type { ZoneSettings } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import type { AdsServer } from '../ads/ports.ts';
import { resourceType } from '../dataplane/proxyResource.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  readonly ads: Pick<AdsServer, 'proxies'>;
  /** Whose log a write of the type goes to. */
  readonly originOf: (type: string) => Origin;
};

/** Tries writes on the proxies that are connected here. */
export function dryRun({ view, registry, settings, ads, originOf }: Deps): DryRun {
  return async (writes, signal) => {
    signal?.throwIfAborted();
    const proposals = writes.map((write): Proposal => ({ ...write, origin: originOf(write.key.type) }));
    const subjects = [...ads.proxies.values()]
      .filter(({ mesh }) => proposals.some((proposal) => mayConcern(proposal, mesh)))
      .map((proxy) => ({ proxy, settings }));
    const changed: { proxy: Stored; diff: readonly unknown[] }[] = [];
    for (const { subject, diff } of proxyEffects({ view, registry, proposals }, subjects)) {
      const { kind, mesh, name } = subject.proxy;
      const proxy = view.get({ type: resourceType(kind), mesh, name }, settings.zone);
      if (proxy && diff.length > 0) changed.push({ proxy, diff });
      await setImmediate(undefined, { signal });
    }
    return changed;
  };
}
