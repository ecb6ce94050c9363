import { setTimeout as wait } from 'node:timers/promises';
import type { CallResult } from '../apps/callByName.ts';
import { callFromFrontend, callText, type Demo } from '../demo.ts';
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
    const { began, call } = await firstCut(demo);
    await remove(api, shortTimeout);
    await untilCall(demo, 'backend', SLOW, 'the slow answer comes again', (again) => again.status === 200);
    return `${ms(slow.milliseconds)} became 504 after ${ms(call.milliseconds)}, for requests from ${ms(began - written)} after the PUT`;
  },
};

/** Slow requests overlap, since one that began too early says nothing for a second and a half. */
async function firstCut(demo: Demo): Promise<{ began: number; call: CallResult }> {
  const cut: { began: number; call: CallResult }[] = [];
  const calls: Promise<void>[] = [];
  let last: CallResult | undefined;
  const deadline = performance.now() + 30_000;
  while (cut.length === 0 && performance.now() < deadline) {
    const began = performance.now();
    const call = callFromFrontend(demo, 'backend', SLOW).then((result) => {
      last = result;
      if (result.status === 504) cut.push({ began, call: result });
    });
    calls.push(call);
    await Promise.race([call, wait(25)]);
  }
  await Promise.all(calls);
  const [first] = cut.toSorted((a, b) => a.began - b.began);
  if (!first)
    throw new Error(`no slow answer was cut off within 30 s; last seen: ${last ? callText(last) : 'nothing'}`);
  return first;
}
