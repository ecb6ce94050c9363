import { answerOf } from '../demo.ts';
import { put, versionRoutes } from '../mesh.ts';
import { ms, type Proof, untilCall } from './proof.ts';

/** More of a known service, and a service that nobody knew; nobody is restarted for either. */
export const growth: Proof = {
  what: 'a new instance and a new service in zone-2 become reachable from zone-1',
  run: async (demo) => {
    await put(demo.cluster.api, versionRoutes);
    const instance = { service: 'backend', name: 'backend-3', version: 'v3' };
    await demo.workloads.start('zone-2', instance);
    const more = performance.now();
    await untilCall(demo, 'backend', '/v3', 'backend-3 answers', (call) => answerOf(call)?.instance === 'backend-3');
    const instanceTook = performance.now() - more;
    await demo.workloads.start('zone-2', { service: 'orders', name: 'orders-1' });
    const fresh = performance.now();
    await untilCall(demo, 'orders', '/', 'orders answers', (call) => answerOf(call)?.instance === 'orders-1');
    return `instance after ${ms(instanceTook)}, service after ${ms(performance.now() - fresh)} from its sidecar's ready`;
  },
};
