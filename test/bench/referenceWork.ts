// A thread that does a fixed piece of work of the kind that control planes do, and says how long it took; for machineSpeed.ts.
import { hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

const CLUSTERS = 300;
const ROUNDS = 200;
/** Passes; the median is told. */
const PASSES = 5;

const clusters = Array.from({ length: CLUSTERS }, (_, i) => ({
  name: `service-${i}`,
  connectTimeout: `${i}s`,
  endpoints: [
    { address: `10.0.0.${i}`, port: 1_000 + i, tags: { 'kuma.io/service': `service-${i}`, version: `v${i % 3}` } },
  ],
}));
const text = JSON.stringify(clusters);

function work(): void {
  for (let round = 0; round < ROUNDS; round++) {
    const read = JSON.parse(text) as typeof clusters;
    const byName = new Map(read.map((one) => [`${one.name}|${one.connectTimeout}`, one]));
    for (const one of byName.values()) hash('sha256', JSON.stringify(one));
  }
}

function timed(): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

work(); // until the code is compiled
const times = Array.from({ length: PASSES }, timed).sort((a, b) => a - b);
parentPort?.postMessage(times[Math.floor(PASSES / 2)]);
