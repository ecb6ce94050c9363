import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import { ZONE_LABEL } from '../resource/labels.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import type { Inspector } from '../rest/ports.ts';
import type { Memo } from '../snapshot/memo.ts';
import type { Entry, View } from '../view/view.ts';
import { destinationsOf } from './destinations.ts';
import { matchPolicies } from './matchPolicies.ts';
import { policyDescriptors } from './policyIndex.ts';
import { selects } from './match.ts';
import type { Destinations, MatchedPolicies } from './rules.ts';

interface InspectDeps {
  /** The view of the moment. */
  readonly view: () => View;
  readonly registry: Registry;
  readonly memo?: Memo;
}

/** Answers REST's inspect endpoints from the same engine that makes snapshots. `config` is not of it. */
export function policyInspector({ view, registry, memo }: InspectDeps): Omit<Inspector, 'config'> {
  return {
    matchedPolicies: async (dataplane) => policiesOf(view(), registry, dataplane, memo),
    destinations: async (dataplane) => destinationsFor(view(), registry, dataplane),
    dataplanesOf: async (policy) => dataplanesOf(view(), policy),
  };
}

/** What matched a proxy, in the order of application. */
export function policiesOf(
  view: View,
  registry: Registry,
  { resource, origin }: Pick<Entry, 'resource' | 'origin'>,
  memo?: Memo,
): MatchedPolicies[] {
  const dataplane = resource as Resource<DataplaneSpec>;
  const zone = zoneOf({ resource, origin });
  const matched = matchPolicies({ view, registry, mesh: resource.mesh, zone, dataplane, ...(memo && { memo }) });
  return policyDescriptors(registry).flatMap(({ type }) => matched.get(type) ?? []);
}

/** The destinations that the policies of a proxy tell apart. */
export function destinationsFor(
  view: View,
  registry: Registry,
  { resource, origin }: Pick<Entry, 'resource' | 'origin'>,
): Destinations[] {
  return destinationsOf(view, registry, resource as Resource<DataplaneSpec>, zoneOf({ resource, origin }));
}

/** The proxies that a policy selects, or an inbound of them. */
export function dataplanesOf(view: View, policy: Pick<Entry, 'resource' | 'origin'>): Entry[] {
  return [...view.entries('Dataplane', policy.resource.mesh)].filter((entry) =>
    selects(view, policy.resource, policy.origin, entry.resource as Resource<DataplaneSpec>, zoneOf(entry)),
  );
}

function zoneOf({ resource, origin }: Pick<Entry, 'resource' | 'origin'>): string {
  return origin || (resource.labels[ZONE_LABEL] ?? '');
}
