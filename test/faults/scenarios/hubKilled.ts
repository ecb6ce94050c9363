import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { writesGoOn } from '../writesGoOn.ts';

export const scenario: Scenario = {
  what: "kill -9 of the hub's nats-server during a burst, started again: writes go on meanwhile",
  quick: true,
  run: async ({ hub }, writes) => {
    await hub.crash();
    await sleep(1_500);
    await writesGoOn(writes, 'while the hub is away');
    await hub.start();
  },
};
