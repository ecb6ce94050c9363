import { serviceIndex } from '../view/services.ts';
import { layered } from '../xds/resourceSet.ts';
import type { World } from './affectedProxies.ts';
import { endpointsOfAll } from './endpoints.ts';
import type { Generated } from './generateSnapshot.ts';
import { movedOn } from './indexChanges.ts';
import { Memo } from './memo.ts';

/**
 * The fast lane: endpoints anew where the service has other ones than when the snapshot was made; everything else
 * stays the same object. For proxies that `affectedProxies` gives a set of services, after it was asked about every
 * change that the view has applied.
 */
export function regenerateEndpoints(previous: Generated, { view, settings, memo = new Memo() }: World): Generated {
  let indexes = previous.indexes;
  for (const { mesh } of previous.indexes.values()) indexes = movedOn(indexes, serviceIndex(view, mesh, settings.zone));
  const endpoint = { ...previous.layers.endpoint, common: endpointsOfAll(previous.sources, indexes, memo) };
  return { ...previous, indexes, ...layered({ ...previous.layers, endpoint }, previous) };
}
