import { z } from 'zod';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { until } from '../../deploy/demo/until.ts';
import { mirrorDigest } from './mirrorDigest.ts';
import { replayLog, type Replay } from './replay.ts';
import { type Acknowledged, CONTENT } from './writes.ts';
import type { World } from './world.ts';

export interface Verdict {
  /** Acknowledged writes that are not in the log. */
  readonly lost: number;
  /** Acknowledged writes that are in it more than once. */
  readonly duplicated: number;
  /** What does not hold, in words; empty: all of it does. */
  readonly wrong: readonly string[];
}

const labelled = z.object({ labels: z.record(z.string(), z.string()) });

/** Are all acknowledged writes in the log, once and in order, and is every view what a replay of the log makes? */
export async function judge(world: World, writes: readonly Acknowledged[]): Promise<Verdict> {
  const replay = await replayLog(world.store);
  const { lost, duplicated, disordered } = compare(writes, replay);
  const wrong = [...replay.faults];
  if (lost > 0) wrong.push(`${lost} acknowledged writes are not in the log`);
  if (duplicated > 0) wrong.push(`${duplicated} writes are in the log more than once`);
  if (disordered > 0) wrong.push(`${disordered} writes stand before one that was answered earlier`);
  const { zones } = await fetchStatus(world.cluster.api);
  for (const zone of world.zones) {
    const seen = zones.find(({ name }) => name === zone.name);
    if (seen?.position !== replay.position || seen.digest !== replay.digest)
      wrong.push(
        `${zone.name} is at ${seen?.position} (${seen?.digest}), the log at ${replay.position} (${replay.digest})`,
      );
    // A mirror that is still filling gets its time; one that is wrong stays so.
    const mirror = await until({
      what: `the mirror of ${zone.name} is equal`,
      probe: () => mirrorDigest(zone),
      holds: (digest) => digest === replay.digest,
      timeout: 60_000,
      pause: 500,
    }).catch(() => undefined);
    if (mirror === undefined) wrong.push(`the mirror in the nats-server of ${zone.name} is not what the log says`);
  }
  return { lost, duplicated, wrong };
}

function compare(writes: readonly Acknowledged[], { events }: Replay) {
  const positions = new Map<string, number[]>();
  for (const { seq, data } of events) {
    const content = labelled.safeParse(data).data?.labels[CONTENT];
    if (content) positions.set(content, [...(positions.get(content) ?? []), seq]);
  }
  let [lost, duplicated, disordered] = [0, 0, 0];
  const lanes = new Map<number, number>();
  for (const { lane, content } of writes) {
    const found = positions.get(content) ?? [];
    if (found.length === 0) lost++;
    if (found.length > 1) duplicated++;
    const position = found[0] ?? Number.POSITIVE_INFINITY;
    if (position < (lanes.get(lane) ?? 0)) disordered++;
    lanes.set(lane, position);
  }
  return { lost, duplicated, disordered };
}
