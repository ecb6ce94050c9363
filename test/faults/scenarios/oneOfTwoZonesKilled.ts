import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { ControlPlane } from '../../../deploy/demo/controlPlane.ts';
import { folderOf } from '../../../deploy/demo/ground.ts';
import { freePorts } from '../../../deploy/demo/ports.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'two control planes in one zone, one is killed: the other goes on, and the zone is not shown as offline',
  run: async ({ ground, cluster, zones: [zone] }) => {
    const [api = 0, dp = 0, diagnostics = 0] = await freePorts(3);
    const second = new ControlPlane(ground, `${zone.name}-b`, 'zone', {
      ...zone.env,
      MERIDIAN_ZONE_API_PORT: String(api),
      MERIDIAN_ZONE_DP_PORT: String(dp),
      MERIDIAN_ZONE_DIAGNOSTICS_PORT: String(diagnostics),
      MERIDIAN_ZONE_DATA_DIR: folderOf(ground, `${zone.name}-b`),
      // What the instances of a zone have in common.
      MERIDIAN_ZONE_KEYS_DIR: zone.env.MERIDIAN_ZONE_KEYS_DIR ?? zone.env.MERIDIAN_ZONE_DATA_DIR ?? '',
    });
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
        timeout: 40_000,
        pause: 100,
      });
      await zone.controlPlane.start();
    } finally {
      await second.stop();
    }
  },
};
