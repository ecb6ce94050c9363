import { callFromFrontend } from '../../../deploy/demo/demo.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

/** What an hour brings in a busy mesh. */
const CHANGES = 3_000;

export const scenario: Scenario = {
  what: `a zone is cut off for ${CHANGES.toLocaleString('en')} changes; a new sidecar joins from its own copy, then it converges`,
  traffic: 'none may fail',
  run: async (world, writes) => {
    const { cluster, zones } = world;
    const workloads = await world.workloads();
    await workloads.prepare('backend');
    const [, zone] = zones;
    zone.link.set('cut');
    const joined = workloads.start(zone.name, { service: 'backend', name: `backend-alone-${Date.now()}` });
    const before = writes.acknowledged.length;
    const workload = await joined;
    const direct = await fetch(workload.url);
    if (!direct.ok) throw new Error(`the new instance answers ${direct.status}`);
    await until({
      what: `${CHANGES} changes are written`,
      probe: async () => writes.acknowledged.length - before,
      holds: (count) => count >= CHANGES,
      timeout: 300_000,
      pause: 100,
    });
    await workload.stop();
    await until({
      what: 'backend answers',
      probe: () => callFromFrontend({ cluster, workloads }, 'backend'),
      holds: ({ status }) => status === 200,
    });
    zone.link.set('open');
  },
};
