import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'the hub loses its volume',
  quick: true,
  run: async ({ hub }) => {
    await hub.crash();
    await rm(hub.store, { recursive: true });
    await sleep(1_000);
    await hub.start();
  },
};
