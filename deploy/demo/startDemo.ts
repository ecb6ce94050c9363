import { startCluster } from './cluster.ts';
import type { Demo } from './demo.ts';
import type { Ground } from './ground.ts';
import { createMesh } from './mesh.ts';
import { DEMO_PLAN, Workloads } from './workloads.ts';

export interface DemoOptions {
  readonly data?: string | undefined;
  readonly store?: string | undefined;
  readonly logLevel: string;
}

/** Two zones with ingresses, applications and sidecars, the mesh with mTLS: all running and ready. @throws StartError */
export async function startDemo(ground: Ground, { store }: DemoOptions, say: (text: string) => void): Promise<Demo> {
  const cluster = await startCluster(ground, { zones: ['zone-1', 'zone-2'], dpAuth: 'dpToken', store }, say);
  await createMesh(cluster.api);
  say('the mesh has mTLS');
  const workloads = new Workloads(cluster);
  await workloads.startAll(DEMO_PLAN, say);
  return { cluster, workloads };
}
