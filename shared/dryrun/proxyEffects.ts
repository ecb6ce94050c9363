import { jsonPatch, type PatchOperation } from '../resource/jsonPatch.ts';
import type { Registry } from '../resource/registry.ts';
import type { Origin, Resource, ResourceKey } from '../resource/resource.ts';
import { generateSnapshot } from '../snapshot/generateSnapshot.ts';
import { Memo } from '../snapshot/memo.ts';
import type { Proxy, ZoneSettings } from '../snapshot/proxy.ts';
import type { View } from '../view/view.ts';
import { shownConfig } from './shownConfig.ts';

/** A change that is thought about, not made. */
export interface Proposal {
  readonly key: ResourceKey;
  readonly origin: Origin;
  /** `null`: deleted. */
  readonly resource: Resource | null;
}

/** A proxy, and the settings of the zone that configures it. */
export interface Subject {
  readonly proxy: Proxy;
  readonly settings: ZoneSettings;
}

interface ProxyEffect<S extends Subject> {
  readonly subject: S;
  /** From the configuration that it has to the one that it would get; empty: the change is nothing to this proxy. */
  readonly diff: readonly PatchOperation[];
}

/**
 * What proposals would do to proxies together: they are folded on a copy of the view, and both configurations are generated and compared. One
 * proxy after the other, so that whoever asks can do something else between two.
 */
export function* proxyEffects<S extends Subject>(
  {
    view,
    registry,
    proposals,
  }: { readonly view: View; readonly registry: Registry; readonly proposals: readonly Proposal[] },
  subjects: Iterable<S>,
): Iterable<ProxyEffect<S>> {
  const proposed = view.clone();
  for (const { key, origin, resource } of proposals) {
    const version = (view.get(key, origin)?.version ?? 0) + 1;
    proposed.apply({ key, origin, resource, version });
  }
  // What both have in common is made once, and is then one object that needs no comparing.
  const memo = new Memo();
  for (const subject of subjects) {
    const config = (seen: View) => shownConfig(generateSnapshot({ ...subject, view: seen, registry, memo }));
    yield { subject, diff: jsonPatch(config(view), config(proposed)) };
  }
}

/** May a proposal concern proxies of that mesh? Zone proxies, whose mesh is empty, serve all of them. */
export function mayConcern({ key }: Proposal, mesh: string): boolean {
  const concerned = key.type === 'Mesh' ? key.name : key.mesh;
  return mesh === '' || concerned === '' || concerned === mesh;
}
