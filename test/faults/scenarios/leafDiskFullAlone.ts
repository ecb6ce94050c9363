import { setTimeout as sleep } from 'node:timers/promises';
import { lacksMount, whileDiskFull } from '../diskFull.ts';
import { zonesGetOn } from '../getOn.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "the disk of a zone's nats-server is full while the zone is cut off, so that it keeps JetStream on and refuses the zone's log: the zone gets on once there is space, nobody does anything (needs root)",
  traffic: 'none may fail',
  lacks: lacksMount,
  run: async (world) => {
    const [, zone] = world.zones;
    let took = 0;
    zone.link.set('cut');
    await whileDiskFull(
      world,
      zone.server,
      () => sleep(8_000),
      async () => {
        zone.link.set('open');
        took = await zonesGetOn(world);
      },
    );
    return `the zones got on ${(took / 1000).toFixed(1)} s after there was space`;
  },
};
