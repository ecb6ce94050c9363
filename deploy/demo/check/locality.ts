import { answerOf } from '../demo.ts';
import { callTimes, expectCall, ms, type Proof, untilCall } from './proof.ts';

/** `catalog` is in both zones: near while it can be, far when it must. */
export const locality: Proof = {
  what: 'catalog answers from the own zone, from the other one when the local instance is gone',
  run: async (demo) => {
    await untilCall(demo, 'catalog', '/', 'catalog answers in zone-1', (call) => answerOf(call)?.zone === 'zone-1');
    for (const call of await callTimes(demo, 'catalog', '/', 20))
      expectCall(call, 'zone-1 only', answerOf(call)?.zone === 'zone-1');
    await demo.workloads.get('catalog-1').stop();
    const stopped = performance.now();
    await untilCall(demo, 'catalog', '/', 'catalog answers from zone-2', (call) => answerOf(call)?.zone === 'zone-2');
    const away = performance.now() - stopped;
    await demo.workloads.start('zone-1', { service: 'catalog', name: 'catalog-1' });
    const started = performance.now();
    await untilCall(
      demo,
      'catalog',
      '/',
      'catalog answers in zone-1 again',
      (call) => answerOf(call)?.zone === 'zone-1',
    );
    return `to zone-2 after ${ms(away)}, back after ${ms(performance.now() - started)}`;
  },
};
