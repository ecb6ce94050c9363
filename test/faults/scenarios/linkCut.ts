import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'the link of a zone to the hub is cut five times within five seconds',
  quick: true,
  run: async ({ zones: [zone] }) => {
    for (let i = 0; i < 5; i++) {
      zone.link.set('cut');
      await sleep(500);
      zone.link.set('open');
      await sleep(500);
    }
  },
};
