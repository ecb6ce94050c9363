import { denyFrontend, put, remove } from '../mesh.ts';
import { ms, type Proof, untilCall } from './proof.ts';

/** Written on global, felt at the other zone's Envoy. */
export const permission: Proof = {
  what: 'a MeshTrafficPermission on global denies frontend → backend (403), and allows it again',
  run: async (demo) => {
    const { api } = demo.cluster;
    await untilCall(demo, 'backend', '/', 'backend answers', (call) => call.status === 200);
    const denied = await put(api, denyFrontend);
    await untilCall(demo, 'backend', '/', 'backend refuses', (call) => call.status === 403);
    const denial = performance.now() - denied;
    const allowed = await remove(api, denyFrontend);
    await untilCall(demo, 'backend', '/', 'backend answers again', (call) => call.status === 200);
    return `denied after ${ms(denial)}, allowed after ${ms(performance.now() - allowed)}`;
  },
};
