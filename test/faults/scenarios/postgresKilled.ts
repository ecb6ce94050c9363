import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'kill -9 of PostgreSQL: writes are refused with 503 and a clear text, resumes by itself',
  quick: true,
  run: async ({ postgres }, writes) => {
    await postgres.kill();
    await until({
      what: 'writes are answered with 503',
      probe: async () => [...writes.refused.keys()],
      holds: (answers) => answers.some((answer) => answer.startsWith('503 ') && answer.includes('cannot be reached')),
      timeout: 60_000,
      pause: 50,
    });
    await sleep(500);
    await postgres.restart();
  },
};
