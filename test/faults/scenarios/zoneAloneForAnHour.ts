import { setTimeout as sleep } from 'node:timers/promises';
import { cutOff } from '../cutOff.ts';
import type { Scenario } from '../scenario.ts';

const HOUR_MS = 3_600_000;

export const scenario: Scenario = {
  what: 'a zone is cut off for a whole hour and some 7,000 changes; a new sidecar joins from its own copy, then it converges',
  traffic: 'none may fail',
  long: { limitMs: HOUR_MS + 600_000, writePauseMs: 2_000 },
  run: (world) => cutOff(world, () => sleep(HOUR_MS)),
};
