import { randomUUID } from 'node:crypto';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { Sidecars } from '../bench/fleet/sidecars.ts';
import type { Target } from './target.ts';

const PATIENCE_MS = 20_000;

/** An ordinary change on global reaches a sidecar that has just joined the zone. @throws Error when it does not in time */
export async function changeEndToEnd({ global, ads }: Target): Promise<void> {
  const name = `sound-${randomUUID().slice(0, 8)}`;
  const id = `default.${name}`;
  const marker = `meridian-${10 + Math.floor(Math.random() * 80_000)}`;
  const sidecars = new Sidecars({ ads, protocol: 'delta', secrets: [] });
  const watch = sidecars.watch([{ typeUrl: TYPE_URL.cluster, bytes: Buffer.from(marker) }], [id], []);
  sidecars.connect([{ id, resource: JSON.stringify(dataplane(name)) }]);
  try {
    const response = await fetch(`${global}/meshes/default/meshproxypatches/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(patch(name, marker)),
    });
    if (!response.ok) throw new Error(`it was answered ${response.status}: ${await response.text()}`);
    const [arrival] = await sidecars.arrivals(watch, PATIENCE_MS, 1);
    if (arrival) return;
    const why = sidecars.failures().map((failure) => `; ${failure}`);
    throw new Error(`it did not reach the sidecar within ${PATIENCE_MS / 1000} s${why.join('')}`);
  } finally {
    sidecars.disconnect([id]);
    await fetch(`${global}/meshes/default/meshproxypatches/${name}`, { method: 'DELETE' });
  }
}

function dataplane(name: string): object {
  const inbound = [{ port: 8080, tags: { 'kuma.io/service': name } }];
  return { type: 'Dataplane', mesh: 'default', name, networking: { address: '10.9.9.9', inbound } };
}

/** Adds a cluster that carries a name of its own. */
function patch(name: string, cluster: string): object {
  const value = JSON.stringify({ name: cluster, connectTimeout: '5s', type: 'STATIC' });
  const targetRef = { kind: 'MeshService', name };
  return {
    type: 'MeshProxyPatch',
    mesh: 'default',
    name,
    spec: { targetRef, default: { appendModifications: [{ cluster: { operation: 'Add', value } }] } },
  };
}
