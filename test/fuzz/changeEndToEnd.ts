import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatedSidecar, TYPE } from '../bench/simulatedSidecar.ts';
import type { Target } from './target.ts';

const PATIENCE_MS = 20_000;

/** An ordinary change on global reaches a sidecar that has just joined the zone. @throws Error when it does not in time */
export async function changeEndToEnd({ global, ads }: Target): Promise<void> {
  const name = `sound-${randomUUID().slice(0, 8)}`;
  const marker = `${10 + Math.floor(Math.random() * 80_000)}`;
  let heard = false;
  let ended = '';
  const sidecar = new SimulatedSidecar({
    ads,
    id: `default.${name}`,
    metadata: {
      'dataplane.resource': JSON.stringify(dataplane(name)),
      'dataplane.proxyType': 'dataplane',
      features: [],
    },
    secrets: [],
    onResponse: (_, response) => {
      if (response.typeUrl !== TYPE.cluster) return;
      heard ||= response.resources.some(
        ({ resource }) => resource && Buffer.from(resource.value).includes(`meridian-${marker}`),
      );
    },
    onEnd: (_, why) => {
      ended = why;
    },
  });
  try {
    const response = await fetch(`${global}/meshes/default/meshproxypatches/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(patch(name, `meridian-${marker}`)),
    });
    if (!response.ok) throw new Error(`it was answered ${response.status}: ${await response.text()}`);
    for (const deadline = Date.now() + PATIENCE_MS; !heard; await sleep(20)) {
      if (ended) throw new Error(`the sidecar's stream ended: ${ended}`);
      if (Date.now() > deadline) throw new Error(`it did not reach the sidecar within ${PATIENCE_MS / 1000} s`);
    }
  } finally {
    sidecar.close();
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
