import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'the link of a zone to the hub is closed in one direction only',
  quick: true,
  run: async ({ zones: [zone] }) => {
    zone.link.set('half-closed');
    await sleep(3_000);
    zone.link.set('open');
  },
};
