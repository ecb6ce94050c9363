import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../../global/cli/connection.ts';
import type { ControlPlane } from '../../../deploy/demo/controlPlane.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'global is gone, a zone control plane and its nats-server are killed at once and started: the zone stands where it stood, its Envoys go on',
  quick: true,
  traffic: 'none may fail',
  run: async ({ global, zones: [zone] }) => {
    await global.crash();
    // What was on its way to the zone has come, and its nats-server keeps the latest of it in memory only.
    const before = await atRest(zone.controlPlane);
    await Promise.all([zone.controlPlane.crash(), zone.server.crash()]);
    await zone.server.start();
    await zone.controlPlane.start();
    const after = await standing(zone.controlPlane);
    if (after.position !== before.position || after.digest !== before.digest)
      throw new Error(`it stood at ${before.position} (${before.digest}), now at ${after.position} (${after.digest})`);
    await global.start();
    return `at position ${after.position} before and after`;
  },
};

/** Where it stands when nothing comes any more. */
async function atRest(controlPlane: ControlPlane): Promise<Standing> {
  for (let before = await standing(controlPlane); ; ) {
    await sleep(1_000);
    const now = await standing(controlPlane);
    if (now.position === before.position) return now;
    before = now;
  }
}

interface Standing {
  readonly position: number;
  readonly digest: string;
}

/** Where the control plane says that it stands. */
async function standing({ url }: ControlPlane): Promise<Standing> {
  const { items } = (await connect({ address: url, timeout: 60_000 }).get('/sync')) as {
    items: readonly [Standing];
  };
  return items[0];
}
