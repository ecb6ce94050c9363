import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "kill -9 of the hub's nats-server during a burst, started again: writes go on meanwhile",
  quick: true,
  run: async ({ hub }, writes) => {
    await hub.crash();
    const before = writes.acknowledged.length;
    await sleep(1_500);
    if (writes.acknowledged.length === before) throw new Error('no write was answered while the hub was away');
    await hub.start();
  },
};
