import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';
import { whileStopped } from '../signals.ts';

const SHOWN_WITHIN_MS = 10_000;

export const scenario: Scenario = {
  what: 'SIGSTOP of a zone control plane: connected, but it does nothing; shown as stalled within 10 s',
  quick: true,
  run: async ({ cluster, zones: [zone] }) => {
    const began = performance.now();
    let shown = 0;
    await whileStopped(zone.controlPlane.pid, async () => {
      await until({
        what: `${zone.name} is shown as stalled`,
        probe: async () => (await fetchStatus(cluster.api)).zones.find(({ name }) => name === zone.name)?.state,
        holds: (state) => state === 'stalled',
        timeout: 3 * SHOWN_WITHIN_MS,
        pause: 100,
      });
      shown = performance.now() - began;
    });
    if (shown > SHOWN_WITHIN_MS) throw new Error(`it was shown as stalled only after ${(shown / 1000).toFixed(1)} s`);
    return `shown as stalled after ${(shown / 1000).toFixed(1)} s`;
  },
};
