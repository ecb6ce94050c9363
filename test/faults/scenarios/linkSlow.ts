import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'the link of a zone to the hub is slow: 150 to 450 ms each way',
  traffic: 'none may fail',
  run: async ({ zones: [zone] }) => {
    zone.link.slow(150, 300);
    await sleep(8_000);
    zone.link.slow(0, 0);
  },
};
