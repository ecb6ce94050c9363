import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario, Timed } from '../scenario.ts';
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
        timeout: 60_000,
        pause: 100,
      });
      shown = performance.now() - began;
    });
    return { what: 'it was shown as stalled', ms: shown, limitMs: SHOWN_WITHIN_MS } satisfies Timed;
  },
};
