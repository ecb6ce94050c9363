import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetRow } from '../row.ts';
import { clock } from '../clock.ts';
import { NO_SAMPLES } from '../report.ts';

const DURATION = 20_000;
/** What follows a crowd that connected has its time: insights, whose counters are written up to 15 s later, and garbage. */
const CALM = 20_000;

/** All are connected and nothing changes: what the control planes cost by just being there. */
export const row: FleetRow = {
  name: 'idle',
  order: 10,
  async measure(bench) {
    const { fleet, progress } = bench;
    progress.begin('idle', 1);
    await sleep(CALM);
    const before = await fleet.ask('settled', 0);
    const start = clock();
    const meter = bench.meter();
    await meter.start();
    await sleep(DURATION);
    await meter.stop();
    const seconds = (clock() - start) / 1_000;
    const after = await fleet.ask('settled', 0);
    progress.step();
    return {
      what: 'idle',
      samples: { ...NO_SAMPLES, needless: after.responses - before.responses },
      ...meter.columns(seconds, 'second'),
    };
  },
};
