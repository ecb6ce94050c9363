import { lacksClock } from '../clock.ts';
import { jumpClock } from '../clockJumps.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "global's clock is set 3 h forward, 6 h back, right again: no zone is shown as away, new tokens are good everywhere (needs libfaketime)",
  traffic: 'none may fail',
  lacks: lacksClock,
  run: (world) => jumpClock(world, world.global),
};
