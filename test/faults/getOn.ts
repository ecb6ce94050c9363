import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import type { World } from './world.ts';

/** Resolves when every zone is known to have applied all that is in the log now, with the milliseconds that took. @throws Error when one has not */
export async function zonesGetOn({ cluster }: { readonly cluster: Pick<World['cluster'], 'api'> }): Promise<number> {
  const { position: head } = await fetchStatus(cluster.api);
  const began = performance.now();
  await until({
    what: 'the zones get on',
    probe: () => fetchStatus(cluster.api),
    holds: ({ zones }) => zones.every(({ position }) => position >= head),
    show: ({ zones }) =>
      JSON.stringify(zones.map(({ name, state, position, reason }) => ({ name, state, position, reason }))),
    timeout: 180_000,
    pause: 100,
  });
  return performance.now() - began;
}
