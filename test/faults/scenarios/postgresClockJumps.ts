import { lacksClock } from '../clock.ts';
import { jumpClock } from '../clockJumps.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: "PostgreSQL's clock is set 3 h forward, 6 h back, right again: writes are answered, no zone is shown as anything but online (needs libfaketime)",
  traffic: 'none may fail',
  lacks: lacksClock,
  run: (world) => {
    const { kill, restart } = world.postgres;
    return jumpClock(world, { name: 'PostgreSQL', stop: kill, start: restart });
  },
};
