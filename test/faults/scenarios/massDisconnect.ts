import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

/** More than `dp.grace`, in which one proxy that left would have to be back. */
const AWAY_MS = 8_000;

export const scenario: Scenario = {
  what: "all proxies of a zone lose their control plane's streams for eight seconds: their endpoints stay, requests go on",
  traffic: 'none may fail',
  run: async ({ cluster, zones: [, zone] }) => {
    const connected = async () =>
      (await fetchStatus(cluster.api)).zones.find(({ name }) => name === zone.name)?.sidecars?.connected ?? 0;
    const before = await connected();
    zone.proxies.set('cut');
    await until({
      what: 'the zone sees that its sidecars are away',
      probe: connected,
      holds: (count) => count === 0,
      timeout: AWAY_MS,
      pause: 50,
    });
    await sleep(AWAY_MS);
    zone.proxies.set('open');
    const opened = performance.now();
    await until({
      what: 'all sidecars are back',
      probe: connected,
      holds: (count) => count >= before,
      timeout: 60_000,
      pause: 50,
    });
    return `the sidecars were back after ${((performance.now() - opened) / 1000).toFixed(1)} s`;
  },
};
