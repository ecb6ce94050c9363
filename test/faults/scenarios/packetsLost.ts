import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { lacksPacketFilter, whileLosingPackets } from '../packetLoss.ts';
import type { Scenario } from '../scenario.ts';

const PERCENT = 10;
const LASTS_MS = 15_000;

export const scenario: Scenario = {
  what: `${PERCENT} % of the packets are lost between the zones and the hub, and between proxies and control planes (needs root, nft)`,
  traffic: 'none may fail',
  lacks: lacksPacketFilter,
  run: async ({ cluster, globalEnv, zones }) => {
    const hub = Number(new URL(globalEnv.MERIDIAN_GLOBAL_HUB_LEAF_URL ?? '').port);
    const dpServers = zones.map(({ env }) => Number(env.MERIDIAN_ZONE_DP_PORT));
    const lags: number[] = [];
    const states = new Set<string>();
    await whileLosingPackets([hub, ...dpServers], PERCENT, async () => {
      const end = performance.now() + LASTS_MS;
      while (performance.now() < end) {
        for (const { lagSeconds, state } of (await fetchStatus(cluster.api)).zones) {
          lags.push(lagSeconds);
          states.add(state);
        }
        await sleep(50);
      }
    });
    if (states.has('offline') || states.has('diverged'))
      throw new Error(`zones were shown as ${[...states].join(', ')}`);
    return `zones were at most ${Math.max(...lags).toFixed(1)} s behind`;
  },
};
