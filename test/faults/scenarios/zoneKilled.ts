import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'kill -9 of a zone control plane, started again: its Envoys go on',
  traffic: 'none may fail',
  run: async ({ zones: [, zone] }) => {
    await zone.controlPlane.crash();
    await sleep(2_000);
    await zone.controlPlane.start();
  },
};
