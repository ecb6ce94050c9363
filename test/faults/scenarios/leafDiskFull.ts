import { setTimeout as sleep } from 'node:timers/promises';
import { lacksMount, whileDiskFull } from '../diskFull.ts';
import { zonesGetOn } from '../getOn.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "the disk of a zone's nats-server is full: requests go on, and the zone gets on once there is space, nobody does anything (needs root)",
  traffic: 'none may fail',
  lacks: lacksMount,
  run: async (world) => {
    let took = 0;
    await whileDiskFull(
      world,
      world.zones[1].server,
      () => sleep(8_000),
      async () => {
        took = await zonesGetOn(world);
      },
    );
    return `the zones got on ${(took / 1000).toFixed(1)} s after there was space`;
  },
};
