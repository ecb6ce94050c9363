import { answerOf } from '../demo.ts';
import { expectCall, ms, type Proof, untilCall } from './proof.ts';

/** `backend` is only in zone-2: its name is answered by the sidecar, the way leads through zone-2's ingress. */
export const byName: Proof = {
  what: 'frontend reaches backend in the other zone by name',
  run: async (demo) => {
    const result = await untilCall(demo, 'backend', '/', 'backend answers', (call) => call.status === 200);
    expectCall(result, 'a virtual IP on the loopback', /^127\./.test(result.address));
    expectCall(result, 'an answer from zone-2', answerOf(result)?.zone === 'zone-2');
    return `backend.mesh is ${result.address}, answered in ${ms(result.milliseconds)}`;
  },
};
