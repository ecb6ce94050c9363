import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'the link of a zone to the hub swallows everything for ten seconds without an end of the connection',
  traffic: 'none may fail',
  run: async ({ zones: [, zone] }) => {
    zone.link.set('stalled');
    await sleep(10_000);
    zone.link.set('open');
  },
};
