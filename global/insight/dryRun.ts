import { setImmediate } from 'node:timers/promises';
import { mayConcern, type Proposal, proxyEffects, type Subject } from '../../shared/dryrun/proxyEffects.ts';
import type { Insight } from '../../shared/resource/insight.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL } from '../../shared/resource/resource.ts';
import type { DryRun, Stored } from '../../shared/rest/ports.ts';
import type { ProxyKind, ProxyMetadata } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';

type Deps = {
  readonly registry: Registry;
  /** What global wrote, in all meshes. */
  readonly log: { list(type: string): Promise<readonly Pick<Stored, 'resource' | 'version'>[]> };
  /** What the zones wrote. */
  readonly zones: View;
  /** Port of the virtual IPs in a zone. */
  readonly vipPort: (zone: string) => number;
};

/** What a proxy tells that has never connected. */
const UNKNOWN: ProxyMetadata = {
  features: [],
  adminPort: 0,
  adminSocket: '',
  readinessPort: 0,
  dnsPort: 0,
  workdir: '',
  version: { dp: '', envoy: '' },
};

const KINDS: readonly (readonly [type: string, kind: ProxyKind])[] = [
  ['Dataplane', 'sidecar'],
  ['ZoneIngress', 'ingress'],
  ['ZoneEgress', 'egress'],
];

/** Tries writes to the policy log on the proxies of all zones, as far as global knows them. */
export function dryRun({ registry, log, zones, vipPort }: Deps): DryRun {
  return async (writes, signal) => {
    signal?.throwIfAborted();
    const proposals = writes.map((write): Proposal => ({ ...write, origin: GLOBAL }));
    const view = zones.clone();
    for (const { type } of registry.all)
      for (const { resource: one, version } of await log.list(type))
        view.apply({ origin: GLOBAL, key: one, resource: one, version });
    const changed: { proxy: Stored; diff: readonly unknown[] }[] = [];
    const subjects = subjectsOf(view, vipPort).filter(({ proxy }) =>
      proposals.some((proposal) => mayConcern(proposal, proxy.mesh)),
    );
    for (const { subject, diff } of proxyEffects({ view, registry, proposals }, subjects)) {
      if (diff.length > 0) changed.push({ proxy: subject.stored, diff });
      await setImmediate(undefined, { signal });
    }
    return changed;
  };
}

function subjectsOf(view: View, vipPort: Deps['vipPort']): (Subject & { readonly stored: Stored })[] {
  return KINDS.flatMap(([type, kind]) =>
    [...view.entriesOfType(type)].map((stored) => {
      const { mesh, name } = stored.resource;
      const zone = stored.origin;
      const insight = view.get({ type: `${type}Insight`, mesh, name }, zone)?.resource.spec as Insight | undefined;
      const metadata = { ...UNKNOWN, ...(insight?.metadata as Partial<ProxyMetadata> | undefined) };
      return {
        stored,
        proxy: { id: `${mesh}.${name}`, kind, mesh, name, metadata },
        settings: { zone, domain: 'mesh', serviceVipPort: vipPort(zone) },
      };
    }),
  );
}
