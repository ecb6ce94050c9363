import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, lacksClock } from '../clock.ts';
import { secondControlPlane } from '../secondControlPlane.ts';
import type { Scenario } from '../scenario.ts';

/** After which what is left of a control plane that is gone is removed. */
const RETURN_MS = 3_000;
/** In which one that is taken for gone would be: 8 s of silence, the return, a second more for each. */
const LONG_ENOUGH_MS = 20_000;

export const scenario: Scenario = {
  what: 'two control planes in one zone, whose clocks differ by three hours: none takes the other for gone, all endpoints stay (needs libfaketime)',
  traffic: 'none may fail',
  lacks: lacksClock,
  run: async (world) => {
    const [, zone] = world.zones;
    const clock = new Clock(world.ground);
    const second = await secondControlPlane(world, zone);
    for (const hours of [3, -3]) {
      clock.set(hours);
      await second.start({ ...clock.env, MERIDIAN_ZONE_DP_RETURN: String(RETURN_MS) });
      try {
        await sleep(LONG_ENOUGH_MS);
      } finally {
        await second.stop();
      }
    }
  },
};
