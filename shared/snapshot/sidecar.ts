import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import { resolved } from '../resource/resolved.ts';
import type { Resource } from '../resource/resource.ts';
import { vipsOf } from '../view/vips.ts';
import type { SnapshotInput } from './input.ts';
import type { Memo } from './memo.ts';
import { metricsInbound, selectableDataplane } from './metricsInbound.ts';
import { type MeshFacts, meshFacts } from './meshFacts.ts';
import { type OutboundAddress, outboundAddresses, virtualPlacement } from './outbounds.ts';
import { type ProxyPolicies, proxyPolicies } from './policies.ts';
import type { Proxy, ZoneSettings } from './proxy.ts';
import { directServices, type Redirect, redirectOf } from './redirect.ts';

/** A sidecar as the steps of its snapshot see it: everything looked up, nothing built yet. */
export interface Sidecar {
  readonly proxy: Proxy;
  readonly settings: ZoneSettings;
  readonly dataplane: Resource<DataplaneSpec>;
  readonly mesh: MeshFacts;
  readonly policies: ProxyPolicies;
  /** Where it serves its metrics. */
  readonly metrics: ReturnType<typeof metricsInbound>;
  readonly redirect: Redirect | undefined;
  readonly outbounds: readonly OutboundAddress[];
  /** Services whose instances it dials by their own addresses. */
  readonly direct: ReadonlySet<string>;
  /** It has an outbound for every service with a virtual IP. */
  readonly virtual: boolean;
  readonly memo: Memo;
}

/** @returns `undefined` while its Dataplane or Mesh is not there. */
export function findSidecar({ view, proxy, registry, settings }: SnapshotInput, memo: Memo): Sidecar | undefined {
  const { zone } = settings;
  const key = { type: 'Dataplane', mesh: proxy.mesh, name: proxy.name };
  const found = view.get(key, zone)?.resource as Resource<DataplaneSpec> | undefined;
  const mesh = meshFacts(view, proxy.mesh, zone);
  if (!found || !mesh) return undefined;
  const dataplane = resolved(found);
  const redirect = redirectOf(proxy, dataplane.spec);
  const metrics = metricsInbound(mesh, dataplane);
  const vips = vipsOf(view, mesh.name, zone);
  return {
    proxy,
    settings,
    dataplane,
    mesh,
    policies: proxyPolicies({
      view,
      registry,
      mesh: mesh.name,
      zone,
      dataplane: selectableDataplane(dataplane, metrics, memo),
      memo,
    }),
    metrics,
    redirect,
    direct: directServices(dataplane.spec, redirect),
    virtual: virtualPlacement(proxy, redirect) !== undefined,
    outbounds: outboundAddresses({ dataplane, proxy, settings, services: mesh.services, vips, redirect, memo }),
    memo,
  };
}
