import { fetchStatus, isInSync, type Status } from '../../../global/cli/statusBody.ts';
import { denyFrontend, put, remove } from '../mesh.ts';
import { until } from '../until.ts';
import { ms, type Proof, untilCall } from './proof.ts';

/** Both zones converge with global, and prove it: equal position, equal digest. */
export const globalReturns: Proof = {
  what: 'global returns: both zones converge, position and digest equal',
  run: async (demo) => {
    const { api, global } = demo.cluster;
    await global.start();
    const returned = performance.now();
    await put(api, denyFrontend);
    await untilCall(demo, 'backend', '/', 'the first change after the return is felt', (call) => call.status === 403);
    const felt = performance.now() - returned;
    await remove(api, denyFrontend);
    await untilCall(demo, 'backend', '/', 'backend answers again', (call) => call.status === 200);
    const status = await until({
      what: 'all zones in sync',
      probe: () => fetchStatus(api),
      holds: converged,
      show: zonesText,
    });
    return `position ${status.position} and digest equal in ${status.zones.map(({ name }) => name).join(', ')}; first change felt ${ms(felt)} after the start`;
  },
};

export function converged(status: Status): boolean {
  return (
    status.zones.length > 0 &&
    status.zones.every((zone) => isInSync(zone) && zone.lag === 0 && zone.digestEqual === true)
  );
}

export function zonesText(status: Status): string {
  const zones = status.zones.map(
    ({ name, state, position, digestEqual, reason = '' }) =>
      `${name} ${state} at ${position}, digest ${digestEqual ? 'equal' : 'not equal'} ${reason}`,
  );
  return `global at ${status.position}; ${zones.join('; ')}`;
}
