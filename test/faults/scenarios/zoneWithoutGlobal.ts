import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'global is gone, a zone control plane is killed and started: it serves what it had, its Envoys go on',
  traffic: 'none may fail',
  run: async ({ global, zones: [zone] }) => {
    await global.crash();
    await zone.controlPlane.crash();
    await sleep(500);
    await zone.controlPlane.start();
    await sleep(2_000);
    await global.start();
  },
};
