import { serviceIndex } from '../view/services.ts';
import type { World } from './affectedProxies.ts';
import { endpointsOf } from './endpointSource.ts';
import type { Generated } from './generateSnapshot.ts';
import { Memo } from './memo.ts';

/**
 * The fast lane (D10): endpoints anew where the service has other ones than when the snapshot was made; everything else
 * stays the same object. For proxies that `affectedProxies` gives a set of services, after it was asked about every
 * change that the view has applied.
 */
export function regenerateEndpoints(previous: Generated, { view, settings, memo = new Memo() }: World): Generated {
  const indexes = new Map([...previous.indexes.keys()].map((mesh) => [mesh, serviceIndex(view, mesh, settings.zone)]));
  const endpoint = new Map(previous.snapshot.endpoint);
  for (const [name, source] of previous.sources) {
    const before = previous.indexes.get(source.mesh)?.services.get(source.service);
    const now = indexes.get(source.mesh)?.services.get(source.service);
    if (before !== now)
      endpoint.set(
        name,
        endpointsOf(name, source, (mesh) => indexes.get(mesh), memo),
      );
  }
  return { ...previous, indexes, snapshot: { ...previous.snapshot, endpoint } };
}
