import { Agent, request } from 'node:http';
import { startCluster } from '../../../deploy/demo/cluster.ts';
import { until } from '../../../deploy/demo/until.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { startPostgres } from '../../support/postgres.ts';
import { benchGround } from '../benchGround.ts';
import { timeoutPolicy } from '../history.ts';
import { usageOf } from '../meter.ts';
import type { Progress } from '../progress.ts';
import type { Row } from '../report.ts';
import type { StandaloneRow } from '../row.ts';

export interface PutsOptions {
  readonly puts: number;
  /** Each keeps its connection and waits for an answer before it asks again. */
  readonly clients: number;
}

const WARM_UP = 500;

/** PUTs of policies over REST, on a PostgreSQL with fsync on, a zone following: each to the policy of its own client, each a change. */
export async function measurePuts({ puts, clients }: PutsOptions, progress: Progress): Promise<Row> {
  const postgres = await startPostgres();
  const { ground, stop } = benchGround({ envoy: false }, progress);
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  try {
    progress.say(`${clients} clients`);
    const store = await postgres.createDatabase();
    const { global, api } = await startCluster(ground, { zones: ['zone-1'], dpAuth: 'none', store }, () => {});
    await write(global.url, agent, clients, 0, WARM_UP);
    const before = await usageOf(global.pid);
    const start = performance.now();
    const durations = await write(global.url, agent, clients, WARM_UP, puts);
    const answered = performance.now();
    const after = await usageOf(global.pid);
    const lag = (await fetchStatus(api)).zones[0]?.lag ?? Number.NaN;
    await until({
      what: 'zone-1 has it all',
      probe: async () => (await fetchStatus(api)).zones[0],
      holds: (zone) => zone?.inSync === true && zone.lag === 0,
    });
    const behind = performance.now() - answered;
    const rate = Math.round(puts / ((answered - start) / 1_000));
    const cpu = before && after ? `${(((after.cpu - before.cpu) * 1e6) / puts).toFixed(0)} µs` : '-';
    return {
      what: `a PUT of a policy on PostgreSQL (fsync on), ${clients} clients at once`,
      samples: { durations, answers: [], missing: puts - durations.length, needless: 0 },
      note:
        `${rate.toLocaleString('en')} PUTs/s; the zone then reported ${lag} behind, and after ${behind.toFixed(0)} ms in sync, by its ` +
        `digest; ${cpu} of CPU a PUT in global's process, which is what limits it`,
    };
  } finally {
    agent.destroy();
    await stop();
    await postgres.stop();
  }
}

/** @returns milliseconds of each that was answered with 200 or 201 */
async function write(url: string, agent: Agent, clients: number, from: number, count: number): Promise<number[]> {
  const durations: number[] = [];
  let next = from;
  const client = async (index: number) => {
    while (next < from + count) {
      const { type, mesh, name, spec } = timeoutPolicy(index, next++, '');
      const start = performance.now();
      const status = await put(`${url}/meshes/${mesh}/meshtimeouts/${name}`, agent, { type, mesh, name, spec });
      if (status === 200 || status === 201) durations.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return durations;
}

function put(url: string, agent: Agent, body: object): Promise<number> {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'PUT', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    call.once('error', reject);
    call.end(text);
  });
}

export const standaloneRow: StandaloneRow = {
  name: 'puts',
  measure: async (_, progress) => [
    await measurePuts({ puts: 2_000, clients: 1 }, progress),
    await measurePuts({ puts: 8_000, clients: 32 }, progress),
  ],
};
