import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "kill -9 of a zone's nats-server during a burst, started again",
  quick: true,
  run: async ({ zones: [zone] }) => {
    await zone.server.crash();
    await sleep(1_000);
    await zone.server.start();
  },
};
