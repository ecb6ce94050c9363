import { answerOf } from '../demo.ts';
import { put, remove, splitAndRewrite } from '../mesh.ts';
import { callTimes, expectCall, ms, type Proof, tally, untilCall } from './proof.ts';

/** Splits among versions in the other zone, and rewrites a path. */
export const route: Proof = {
  what: 'a MeshHTTPRoute splits among versions and rewrites the path',
  run: async (demo) => {
    const { api } = demo.cluster;
    const written = await put(api, splitAndRewrite);
    await untilCall(
      demo,
      'backend',
      '/renamed/x',
      '/renamed/x arrives as /original/x',
      (call) => answerOf(call)?.path === '/original/x',
    );
    const took = performance.now() - written;
    await untilCall(
      demo,
      'backend',
      '/only-v2',
      '/only-v2 is answered by v2',
      (call) => answerOf(call)?.version === 'v2',
    );
    for (const call of await callTimes(demo, 'backend', '/only-v2', 20))
      expectCall(call, 'v2 only', answerOf(call)?.version === 'v2');
    const versions = (await callTimes(demo, 'backend', '/split', 60)).map((call) => answerOf(call)?.version);
    if (!versions.includes('v1') || !versions.includes('v2'))
      throw new Error(`60 requests were split as ${tally(versions)}`);
    await remove(api, splitAndRewrite);
    await untilCall(
      demo,
      'backend',
      '/renamed/x',
      '/renamed/x is left alone',
      (call) => answerOf(call)?.path === '/renamed/x',
    );
    return `after ${ms(took)}; 60 requests: ${tally(versions)}`;
  },
};
