import { setTimeout as sleep } from 'node:timers/promises';
import { callFromFrontend } from '../../../deploy/demo/demo.ts';
import { until } from '../../../deploy/demo/until.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  what: 'kill -9 of the only instance of a service with its Envoy, started again under the same name',
  quick: true,
  traffic: 'some may fail',
  run: async (world) => {
    const { cluster } = world;
    const workloads = await world.workloads();
    await workloads.get('backend-1').stop();
    await sleep(500);
    const began = performance.now();
    await workloads.start('zone-2', { service: 'backend', name: 'backend-1' });
    await until({
      what: 'backend answers again',
      probe: () => callFromFrontend({ cluster, workloads }, 'backend'),
      holds: ({ status }) => status === 200,
    });
    return `${Math.round(performance.now() - began)} ms from its start until a request through both sidecars succeeded`;
  },
};
