import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import { secondControlPlane } from '../secondControlPlane.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'two control planes in one zone, one is killed: the other goes on, and the zone is not shown as offline',
  traffic: 'none may fail',
  run: async (world) => {
    const { cluster, zones } = world;
    const [zone] = zones;
    const second = await secondControlPlane(world, zone);
    await second.start();
    try {
      const seen = async () => (await fetchStatus(cluster.api)).zones.find(({ name }) => name === zone.name);
      const before = (await seen())?.position ?? 0;
      await zone.controlPlane.crash();
      await sleep(3_000);
      await until({
        what: `${zone.name} goes on with its other control plane`,
        probe: seen,
        holds: (status) => status?.state === 'online' && status.position > before,
        timeout: 90_000,
        pause: 100,
      });
      await zone.controlPlane.start();
    } finally {
      await second.stop();
    }
  },
};
