import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'kill -9 of global during a burst of writes, started again',
  quick: true,
  run: async ({ global }) => {
    await global.crash();
    await sleep(300);
    await global.start();
  },
};
