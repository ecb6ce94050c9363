import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { whileStopped } from '../signals.ts';
import { writesGoOn } from '../writesGoOn.ts';

export const scenario: Scenario = {
  what: "SIGSTOP of the hub's nats-server: it takes connections and answers nothing; writes and requests go on",
  traffic: 'none may fail',
  run: async ({ hub }, writes) => {
    await whileStopped(hub.pid, async () => {
      await sleep(8_000);
      await writesGoOn(writes, 'while the hub stands still');
    });
  },
};
