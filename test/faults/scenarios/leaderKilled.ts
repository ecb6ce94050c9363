import { connect } from '../../../global/cli/connection.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario, Timed } from '../scenario.ts';
import { secondGlobal } from '../secondGlobal.ts';

const TAKEN_OVER_WITHIN_MS = 5_000;

export const scenario: Scenario = {
  what: 'two global control planes on one PostgreSQL, the one that relays is killed: the other relays within 5 s',
  quick: true,
  run: async (world, writes) => {
    const { global, zones } = world;
    const second = await secondGlobal(world);
    await second.start();
    try {
      writes.to(second.url);
      await global.crash();
      const killed = performance.now();
      const status = connect({ address: second.url, timeout: 60_000 });
      const { position } = await fetchStatus(status);
      await until({
        what: 'the zones have what was written after the kill',
        probe: () => fetchStatus(status),
        holds: (seen) =>
          zones.every(({ name }) => (seen.zones.find((zone) => zone.name === name)?.position ?? 0) > position),
        timeout: 60_000,
        pause: 20,
      });
      const ms = performance.now() - killed;
      await global.start();
      writes.to(global.url);
      return { what: 'the other relayed', ms, limitMs: TAKEN_OVER_WITHIN_MS } satisfies Timed;
    } finally {
      await second.stop();
    }
  },
};
