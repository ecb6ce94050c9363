import { until } from '../../../deploy/demo/until.ts';
import { cutOff } from '../cutOff.ts';
import type { Scenario } from '../scenario.ts';

/** What an hour brings in a busy mesh. */
const CHANGES = 3_000;

export const scenario: Scenario = {
  what: `a zone is cut off for ${CHANGES.toLocaleString('en')} changes; a new sidecar joins from its own copy, then it converges`,
  traffic: 'none may fail',
  run: (world, writes) => {
    const before = writes.acknowledged.length;
    return cutOff(world, () =>
      until({
        what: `${CHANGES} changes are written`,
        probe: async () => writes.acknowledged.length - before,
        holds: (count) => count >= CHANGES,
        timeout: 300_000,
        pause: 100,
      }),
    );
  },
};
