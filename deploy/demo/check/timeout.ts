import { callFromFrontend } from '../demo.ts';
import { put, remove, shortTimeout } from '../mesh.ts';
import { expectCall, ms, type Proof, untilCall } from './proof.ts';

const SLOW = '/slow?ms=1500';

/** A slow answer is cut off by the caller's sidecar. */
export const timeout: Proof = {
  what: 'a MeshTimeout cuts a slow answer (504)',
  run: async (demo) => {
    const { api } = demo.cluster;
    const slow = await callFromFrontend(demo, 'backend', SLOW);
    expectCall(slow, 'a slow 200 before', slow.status === 200);
    const written = await put(api, shortTimeout);
    const cut = await untilCall(demo, 'backend', SLOW, 'the answer is cut off', (call) => call.status === 504);
    const took = performance.now() - written;
    await remove(api, shortTimeout);
    await untilCall(demo, 'backend', SLOW, 'the slow answer comes again', (call) => call.status === 200);
    return `${ms(slow.milliseconds)} became 504 after ${ms(cut.milliseconds)}; seen ${ms(took)} after the PUT`;
  },
};
