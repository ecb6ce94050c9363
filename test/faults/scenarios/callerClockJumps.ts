import { lacksClock } from '../clock.ts';
import { jumpClock } from '../clockJumps.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "the clock of a zone's control plane is set 3 h forward, 6 h back, right again: other zones' ingresses stay alive for it (needs libfaketime)",
  traffic: 'none may fail',
  lacks: lacksClock,
  run: (world) => jumpClock(world, world.zones[0].controlPlane),
};
