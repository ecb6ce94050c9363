import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../../deploy/demo/cluster.ts';
import type { ControlPlane } from '../../../deploy/demo/controlPlane.ts';
import { startNats } from '../../../deploy/demo/natsServer.ts';
import { until } from '../../../deploy/demo/until.ts';
import { zoneControlPlane } from '../../../deploy/demo/zone.ts';
import type { Connection } from '../../../global/cli/connection.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { openEventLog } from '../../../global/log/eventLog.ts';
import { openDb } from '../../../global/log/openDb.ts';
import { leafUser } from '../../../zone/leaf/leafUser.ts';
import { connectToLeaf } from '../../../zone/leaf/leafConnection.ts';
import { startPostgres } from '../../support/postgres.ts';
import { benchGround } from '../benchGround.ts';
import { writeHistory } from '../history.ts';
import { usageOf } from '../meter.ts';
import type { Progress } from '../progress.ts';
import { percentile } from '../percentile.ts';
import type { Row } from '../report.ts';
import type { StandaloneRow } from '../row.ts';

export interface ColdStartOptions {
  /** Events of the history, and resources that are alive after it. */
  readonly events: number;
  readonly live: number;
  readonly rounds: number;
}

/** One start of a zone control plane; milliseconds since its process was started. */
interface Start {
  /** Its program is loaded and begins. */
  readonly begun: number;
  /** The leaf's mirror holds the last event; absent when it did before. */
  readonly mirrored: number | undefined;
  /** Its view is complete: it stands at the last event that zones see. */
  readonly complete: number;
  /** It serves proxies. */
  readonly serving: number;
  /** Seconds of CPU that its process had had by then. */
  readonly cpu: number;
}

/**
 * A zone that starts from nothing on a hub with a long history, then again with its own copy. After each start global must find
 * it in sync, by position and digest; where it does not, the sample is missing.
 */
export async function measureColdStart({ events, live, rounds }: ColdStartOptions, progress: Progress): Promise<Row[]> {
  const postgres = await startPostgres();
  const { ground, stop } = benchGround({ envoy: false }, progress);
  try {
    const store = await postgres.createDatabase();
    await fill(store, { events, live }, progress);
    progress.say('starting global, which publishes the history');
    const cluster = await startCluster(ground, { zones: [], dpAuth: 'none', store }, () => {});
    const fresh: Start[] = [];
    const again: Start[] = [];
    // The first zone is not counted: it waits for the relay, and ends in order, so that Node keeps what it compiled.
    let head = (await bothStarts(cluster, 'zone-0', 0, 'stop')).position;
    progress.begin('zones from nothing, and again', rounds);
    for (let round = 1; round <= rounds; round++) {
      const both = await bothStarts(cluster, `zone-${round}`, head);
      fresh.push(...both.fresh);
      again.push(...both.again);
      head = both.position;
      progress.step();
    }
    progress.end();
    const history = `${events.toLocaleString('en')} events of history, ${live.toLocaleString('en')} live resources`;
    return [
      ...rowsOf(`a zone from nothing, ${history}`, fresh, rounds),
      ...rowsOf('the same zone again with its own copy', again, rounds),
    ];
  } finally {
    await stop();
    await postgres.stop();
  }
}

/**
 * A new zone, whose nats-server is there and empty, is started, killed and started again.
 * @param head position at which its mirror is full. @returns no start where global did not find it in sync, and its position
 */
async function bothStarts(
  cluster: Cluster,
  name: string,
  head: number,
  end: 'crash' | 'stop' = 'crash',
): Promise<{ readonly fresh: Start[]; readonly again: Start[]; readonly position: number }> {
  const { ground, api, joining } = cluster;
  const { controlPlane, natsPort } = await zoneControlPlane(ground, joining, { name, dpAuth: 'none', vipPort: 80 });
  controlPlane.launch();
  const config = await controlPlane.natsConfig();
  await controlPlane.crash();
  const nats = await startNats(ground, `nats-${name}`, natsPort, config);
  await nats.said(/Leafnode connection created/);
  const starts: Start[][] = [];
  let position = 0;
  for (const _ of ['fresh', 'again']) {
    const start = await timedStart(cluster, controlPlane, natsPort, head);
    position = await inSync(api, name);
    starts.push(position > 0 ? [start] : []);
    // The copy on disk follows the view within a moment; the next start is to find all of it.
    await sleep(1_000);
    await controlPlane[end]();
  }
  await nats.stop();
  const [fresh = [], again = []] = starts;
  return { fresh, again, position };
}

async function fill(store: string, size: Pick<ColdStartOptions, 'events' | 'live'>, progress: Progress): Promise<void> {
  const log = await openEventLog(await openDb({ url: store, directory: '' }));
  progress.begin('writing the history', Math.ceil(size.events / 1_000));
  await writeHistory(log, size, (written) => {
    if (written % 1_000 < 256) progress.step();
  });
  await log.close();
}

async function timedStart({ ground }: Cluster, zone: ControlPlane, natsPort: number, head: number): Promise<Start> {
  const leaf = await connectToLeaf({
    url: `tls://127.0.0.1:${natsPort}`,
    ca: await readFile(join(ground.data, `nats-${zone.name}`, 'leaf.crt'), 'utf8'),
    user: leafUser(join(ground.data, zone.name, 'leaf-user.nk')),
    zone: zone.name,
  });
  const lastInMirror = () =>
    leaf.jsm.streams.info('EVENTS').then(
      ({ state }) => state.last_seq,
      () => 0,
    );
  const had = (await lastInMirror()) > 0;
  const start = Date.now();
  let mirrored: number | undefined;
  const watching = (async () => {
    while (!had && (await lastInMirror()) < head) await sleep(5);
    if (!had) mirrored = Date.now() - start;
  })();
  await zone.start();
  const usage = await usageOf(zone.pid);
  await watching;
  await leaf.nats.close();
  const said = await lines(join(ground.data, 'logs', `${zone.name}.log`), start);
  const complete = said.find(({ msg }) => msg === 'the view is complete');
  const ready = said.find(({ msg }) => msg === 'ready');
  if (!complete || !ready) throw new Error(`${zone.name} did not say when its view was complete`);
  if ((complete.position ?? 0) < head)
    throw new Error(`${zone.name} took its view for complete at position ${complete.position}, the head is ${head}`);
  return {
    begun: complete.time - (complete.milliseconds ?? 0) - start,
    mirrored,
    complete: complete.time - start,
    serving: ready.time - start,
    cpu: usage?.cpu ?? Number.NaN,
  };
}

interface LogLine {
  readonly time: number;
  readonly msg: string;
  readonly milliseconds?: number;
  readonly position?: number;
}

async function lines(file: string, since: number): Promise<LogLine[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ time }) => time >= since);
}

/** Waits until global finds the zone in sync, by its digest. @returns its position; 0 when it does not come about */
async function inSync(api: Connection, zone: string): Promise<number> {
  const found = await until({
    what: `${zone} is in sync`,
    probe: async () => (await fetchStatus(api)).zones.find(({ name }) => name === zone),
    holds: (status) => status?.inSync === true && status.digestEqual === true && status.lag === 0,
    timeout: 120_000,
    pause: 100,
  }).catch(() => undefined);
  return found?.position ?? 0;
}

function rowsOf(what: string, starts: readonly Start[], rounds: number): Row[] {
  const row = (part: string, durations: number[]): Row => ({
    what: `${what}: ${part}`,
    samples: { durations, answers: [], missing: rounds - durations.length, needless: 0 },
  });
  const mirrored = starts.flatMap(({ mirrored: at, begun }) => (at === undefined ? [] : [at - begun]));
  return [
    row(
      'from the start of its process until its view is complete, position and digest as on global',
      starts.map(({ complete }) => complete),
    ),
    row(
      'of that, Node and the program loaded',
      starts.map(({ begun }) => begun),
    ),
    ...(mirrored.length > 0 ? [row('of that, since then until the mirror in its leaf was full', mirrored)] : []),
    row(
      'of that, since the program was loaded',
      starts.map(({ complete, begun }) => complete - begun),
    ),
    {
      ...row(
        'from the start of its process until it serves proxies',
        starts.map(({ serving }) => serving),
      ),
      note: `with ${percentile(
        starts.map(({ cpu }) => cpu).sort((a, b) => a - b),
        0.5,
      ).toFixed(2)} s of CPU (p50) in that process`,
    },
  ];
}

export const standaloneRow: StandaloneRow = {
  name: 'cold-start',
  measure: ({ rounds }, progress) => measureColdStart({ events: 100_000, live: 5_000, rounds }, progress),
};
