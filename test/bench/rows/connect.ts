import { type Bench, TIMEOUT } from '../bench.ts';
import type { FleetRow } from '../row.ts';
import type { Row } from '../report.ts';

const PATIENCE = 10 * TIMEOUT;
const QUIET = 1_000;

/**
 * All sidecars connect at once: until each was sent its last response, after which nothing came any more. Services become known
 * while sidecars are configured already, so the first whole set is not the last.
 */
export const row: FleetRow = {
  name: 'connect',
  order: 0,
  async measure(bench: Bench): Promise<Row> {
    const { fleet, layout, progress } = bench;
    const { ids } = layout;
    progress.begin('all connect at once', 1);
    const meter = bench.meter();
    await meter.start();
    const start = await fleet.ask('connect', layout.specs);
    const first = await fleet.ask('configured', ids, PATIENCE);
    const { responses, bytes } = await fleet.ask('settled', QUIET);
    await meter.stop();
    const last = await fleet.ask('lastResponses', ids);
    progress.step();
    if (responses === 0) {
      const [why = 'the zone is silent'] = await fleet.ask('failures');
      throw new Error(`no sidecar was sent anything: ${why}`);
    }
    const firstSet = Math.max(...first.map(({ at }) => at - start));
    return {
      what: 'all connect at once, until nothing more comes',
      samples: {
        durations: last.map(({ at }) => at - start),
        answers: [],
        missing: ids.length - first.length,
        needless: 0,
      },
      ...meter.columns(1, 'change'),
      responses,
      bytes,
      note: `the last one had its first whole set of resources after ${firstSet.toFixed(0)} ms`,
    };
  },
};
