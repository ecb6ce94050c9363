import { answerOf } from '../demo.ts';
import { put, versionRoutes } from '../mesh.ts';
import { callTimes, expectCall, ms, type Proof, untilCall } from './proof.ts';

/** Without global the zones go on, even through a crash of their own control plane, and take new sidecars. */
export const globalDown: Proof = {
  what: 'global is killed: requests go on; a zone CP crashes and returns; a new sidecar joins',
  run: async (demo) => {
    const { cluster, workloads } = demo;
    await workloads.prepare('backend');
    await put(cluster.api, versionRoutes);
    await cluster.global.crash();
    await allAnswer(demo, 'while global is down');
    const { controlPlane } = workloads.zone('zone-2');
    await controlPlane.crash();
    await allAnswer(demo, 'while the control plane of zone-2 is down too');
    const crashed = performance.now();
    await controlPlane.start();
    const back = performance.now() - crashed;
    await allAnswer(demo, 'after the control plane of zone-2 returned');
    const joining = performance.now();
    await workloads.start('zone-2', { service: 'backend', name: 'backend-4', version: 'v4' });
    await untilCall(
      demo,
      'backend',
      '/v4',
      'the new sidecar answers',
      (call) => answerOf(call)?.instance === 'backend-4',
    );
    return `zone CP back in ${ms(back)}, new sidecar serving in ${ms(performance.now() - joining)}`;
  },
};

async function allAnswer(demo: Parameters<Proof['run']>[0], when: string): Promise<void> {
  for (const service of ['backend', 'catalog']) {
    for (const call of await callTimes(demo, service, '/', 20))
      expectCall(call, `an answer of ${service} ${when}`, call.status === 200);
  }
}
