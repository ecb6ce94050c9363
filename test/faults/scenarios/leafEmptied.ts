import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "a zone's nats-server loses its volume: the Envoys of the zone go on",
  quick: true,
  traffic: 'none may fail',
  run: async ({ zones: [, zone] }) => {
    await zone.server.crash();
    await rm(zone.server.store, { recursive: true });
    await sleep(500);
    await zone.server.start();
  },
};
