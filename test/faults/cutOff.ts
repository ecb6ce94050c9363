import { callFromFrontend } from '../../deploy/demo/demo.ts';
import { until } from '../../deploy/demo/until.ts';
import type { World } from './world.ts';

/**
 * Cuts a zone off from the hub until `meanwhile` is over; then a new sidecar joins there, from the zone's own copy, and goes, and
 * only then the link is back. @throws Error when the new one or the old ones do not answer
 */
export async function cutOff(world: World, meanwhile: () => Promise<unknown>): Promise<void> {
  const { cluster, zones } = world;
  const workloads = await world.workloads();
  await workloads.prepare('backend');
  const [, zone] = zones;
  zone.link.set('cut');
  await meanwhile();
  const workload = await workloads.start(zone.name, { service: 'backend', name: `backend-alone-${Date.now()}` });
  const direct = await fetch(workload.url);
  if (!direct.ok) throw new Error(`the new instance answers ${direct.status}`);
  await workload.stop();
  await until({
    what: 'backend answers',
    probe: () => callFromFrontend({ cluster, workloads }, 'backend'),
    holds: ({ status }) => status === 200,
  });
  zone.link.set('open');
}
