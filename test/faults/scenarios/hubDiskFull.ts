import { setTimeout as sleep } from 'node:timers/promises';
import { lacksMount, whileDiskFull } from '../diskFull.ts';
import { zonesGetOn } from '../getOn.ts';
import type { Scenario } from '../scenario.ts';
import { writesGoOn } from '../writesGoOn.ts';

export const scenario: Scenario = {
  what: "the hub's disk is full: writes go on into the log, and all of it is published once there is space, nobody does anything (needs root)",
  lacks: lacksMount,
  traffic: 'none may fail',
  run: async (world, writes) => {
    let took = 0;
    await whileDiskFull(
      world,
      world.hub,
      async () => {
        await sleep(5_000);
        await writesGoOn(writes, 'while the disk of the hub is full');
      },
      async () => {
        took = await zonesGetOn(world);
      },
    );
    return `published again ${(took / 1000).toFixed(1)} s after there was space`;
  },
};
