import { lacksClock } from '../clock.ts';
import { jumpClock } from '../clockJumps.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "the clock of a zone's control plane is set 3 h forward, 6 h back, right again: certificates that it issues are good in the other zone (needs libfaketime)",
  traffic: 'none may fail',
  lacks: lacksClock,
  run: (world) => jumpClock(world, world.zones[1].controlPlane),
};
