import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import type { World } from './world.ts';

/** Resolves when every zone has applied something new, with the milliseconds that took. @throws Error when one does not */
export async function zonesGetOn({ cluster }: World): Promise<number> {
  const positions = async () => (await fetchStatus(cluster.api)).zones.map(({ position }) => position);
  const before = await positions();
  const began = performance.now();
  await until({
    what: 'the zones get on',
    probe: positions,
    holds: (now) => now.every((position, i) => position > (before[i] ?? 0)),
    timeout: 60_000,
    pause: 100,
  });
  return performance.now() - began;
}
