import { join } from 'node:path';
import { connect } from '../../../global/cli/connection.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { ControlPlane } from '../../../deploy/demo/controlPlane.ts';
import { folderOf } from '../../../deploy/demo/ground.ts';
import { freePorts } from '../../../deploy/demo/ports.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

const TAKEN_OVER_WITHIN_MS = 5_000;

export const scenario: Scenario = {
  what: 'two global control planes on one PostgreSQL, the one that relays is killed: the other relays within 5 s',
  quick: true,
  run: async ({ ground, global, globalEnv, zones }, writes) => {
    const [api = 0, https = 0, diagnostics = 0] = await freePorts(3);
    const second = new ControlPlane(ground, 'global-2', 'global', {
      ...globalEnv,
      MERIDIAN_GLOBAL_API_PORT: String(api),
      MERIDIAN_GLOBAL_API_HTTPS_PORT: String(https),
      MERIDIAN_GLOBAL_DIAGNOSTICS_PORT: String(diagnostics),
      MERIDIAN_GLOBAL_DATA_DIR: folderOf(ground, 'global-2'),
      MERIDIAN_GLOBAL_SECRETS_KEY_FILE: join(globalEnv.MERIDIAN_GLOBAL_DATA_DIR ?? '', 'secrets.key'),
    });
    await second.start();
    try {
      writes.to(second.url);
      await global.crash();
      const killed = performance.now();
      const status = connect({ address: second.url, timeout: 10_000 });
      const { position } = await fetchStatus(status);
      await until({
        what: 'the zones have what was written after the kill',
        probe: () => fetchStatus(status),
        holds: (seen) =>
          zones.every(({ name }) => (seen.zones.find((zone) => zone.name === name)?.position ?? 0) > position),
        timeout: 60_000,
        pause: 20,
      });
      const took = performance.now() - killed;
      await global.start();
      writes.to(global.url);
      if (took > TAKEN_OVER_WITHIN_MS) throw new Error(`the other relayed only after ${(took / 1000).toFixed(1)} s`);
      return `the other relayed after ${(took / 1000).toFixed(1)} s`;
    } finally {
      await second.stop();
    }
  },
};
