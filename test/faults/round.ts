import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { isTimed, type Scenario } from './scenario.ts';
import { startRequests } from './requests.ts';
import { judge } from './verdict.ts';
import { put, startWrites } from './writes.ts';
import type { World } from './world.ts';

export interface Round {
  readonly scenario: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly requests: number;
  readonly requestsFailed: number;
  /** From the end of the fault until a write is answered again and every zone is proven to be in sync; NaN: never. */
  readonly recoveryMs: number;
  /** What did not hold, in words. */
  readonly wrong: readonly string[];
  /** What took longer than it may, in words; empty: nothing. */
  readonly late: string;
  readonly note: string;
}

/** Writes before the fault, so that it meets a burst. */
const BEFORE_MS = 500;
const RECOVERY_MS = 180_000;
/** A scenario that takes longer hangs; its world is stopped then. */
const LIMIT_MS = 600_000;

/**
 * Injects a fault once and asks the three questions. Never rejects.
 * @param stopped the world is being stopped: nothing is asked any more, and the result is of no worth
 */
export async function runRound(name: string, scenario: Scenario, world: World, stopped = () => false): Promise<Round> {
  const wrong: string[] = [];
  const requests = scenario.traffic
    ? await startRequests(world).catch((error: Error) => {
        wrong.push(error.message);
        return undefined;
      })
    : undefined;
  const writes = startWrites(world.global.url, scenario.long?.writePauseMs);
  let [note, late] = ['', ''];
  let recoveryMs = Number.NaN;
  try {
    await sleep(BEFORE_MS);
    const told = await within(scenario.long?.limitMs ?? LIMIT_MS, scenario.run(world, writes));
    if (typeof told === 'string') note = told;
    if (isTimed(told)) {
      note = `${told.what} after ${seconds(told.ms)}`;
      if (told.ms > told.limitMs) late = `${told.what} only after ${seconds(told.ms)}`;
    }
    if (stopped()) throw new Error('stopped');
    const over = performance.now();
    await recovered(world);
    recoveryMs = performance.now() - over;
  } catch (error) {
    wrong.push((error as Error).message);
  }
  await writes.stop();
  await requests?.stop();
  const refused = [...writes.refused.values()].reduce((sum, count) => sum + count, 0);
  if (requests && scenario.traffic === 'none may fail' && requests.failed.length > 0)
    wrong.push(`${requests.failed.length} requests failed, the first: ${requests.failed[0]}`);
  const unknown = (error: Error) => ({ lost: Number.NaN, duplicated: Number.NaN, wrong: [error.message] });
  if (!stopped()) await atRest(world).catch((error: Error) => wrong.push(error.message));
  const verdict = stopped()
    ? unknown(new Error('stopped'))
    : await judge(world, writes.acknowledged).catch((error: Error) => unknown(error));
  return {
    scenario: name,
    acknowledged: writes.acknowledged.length,
    refused,
    lost: verdict.lost,
    duplicated: verdict.duplicated,
    requests: requests?.sent ?? 0,
    requestsFailed: requests?.failed.length ?? 0,
    recoveryMs,
    wrong: [...wrong, ...verdict.wrong],
    late,
    note: [note, ...refusals(writes.refused)].filter(Boolean).join('; '),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @throws Error when it takes longer */
async function within<T>(ms: number, running: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const limit = sleep(ms, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`it did not end within ${ms / 1000} s`);
  });
  running.catch(() => {});
  limit.catch(() => {});
  try {
    return await Promise.race([running, limit]);
  } finally {
    ended.abort();
  }
}

/** A write is answered, and every zone that reports has applied it. */
async function recovered({ global, cluster, zones }: World): Promise<void> {
  const content = String(Date.now());
  await until({
    what: 'a write is answered',
    probe: () => put(global.url, 'recovered', content),
    holds: (answer) => answer === '2xx',
    timeout: RECOVERY_MS,
    pause: 20,
  });
  const { items } = (await cluster.api.get('/log', { limit: 1, order: 'desc' })) as { items: { position: number }[] };
  const wanted = items[0]?.position ?? 0;
  await until({
    what: `the zones have position ${wanted} and an equal digest`,
    probe: () => fetchStatus(cluster.api).catch(() => undefined),
    holds: (status) =>
      zones.every(({ name }) => {
        const zone = status?.zones.find((one) => one.name === name);
        return zone !== undefined && zone.position >= wanted && zone.digestEqual === true && zone.state === 'online';
      }),
    show: (status) =>
      JSON.stringify(status?.zones.map(({ name, state, position, reason }) => ({ name, state, position, reason }))),
    timeout: RECOVERY_MS,
    pause: 20,
  });
}

/** Nothing is written any more: the zones are where the log ends. */
async function atRest({ cluster }: World): Promise<void> {
  await until({
    what: 'all zones are in sync at rest',
    probe: () => fetchStatus(cluster.api).catch(() => undefined),
    holds: (status) => status?.zones.every(({ inSync }) => inSync) === true,
    show: (status) =>
      JSON.stringify(status?.zones.map(({ name, state, position, reason }) => ({ name, state, position, reason }))),
    timeout: RECOVERY_MS,
    pause: 50,
  });
}

/** The answers that were no 2xx, each once: an operator should understand them. */
function refusals(refused: ReadonlyMap<string, number>): string[] {
  return [...refused].slice(0, 3).map(([text, count]) => `${count} × ${text.replaceAll(/\s+/g, ' ').slice(0, 160)}`);
}
