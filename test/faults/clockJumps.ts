import { setTimeout as sleep } from 'node:timers/promises';
import { callFromFrontend, callText } from '../../deploy/demo/demo.ts';
import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { Clock } from './clock.ts';
import type { World } from './world.ts';

/** Hours ahead of the truth, one after the other: forward, back past the truth, and right again. */
const JUMPS = [3, -3, 0];
/** Longer than all that a control plane waits for before it takes another one for silent or gone. */
const EACH_MS = 10_000;

/** A program whose clock is set: it is started again to have one of its own. */
interface Clocked {
  readonly name: string;
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Sets the clock of a program's machine several times. Meanwhile no zone may be shown as anything but online, and after each
 * jump a service that is new, with a token and a certificate made just then, must be reachable from the other zone.
 * @throws Error when something did not hold
 */
export async function jumpClock(world: World, program: Clocked): Promise<void> {
  const { cluster, ground } = world;
  const workloads = await world.workloads();
  const clock = new Clock(ground);
  await program.stop();
  await program.start(clock.env);
  await allOnline(world);
  const watched = watchStates(world);
  try {
    for (const hours of JUMPS) {
      clock.set(hours);
      await sleep(EACH_MS);
      const service = `clock-${Date.now()}`;
      const workload = await workloads.start('zone-2', { service, name: service });
      await until({
        what: `a new service is reached when the clock of ${program.name} is ${hours} h ahead`,
        probe: () => callFromFrontend({ cluster, workloads }, service),
        holds: ({ status }) => status === 200,
        show: callText,
        timeout: 30_000,
        pause: 100,
      });
      await workload.stop();
    }
  } finally {
    await watched.stop();
    await program.stop();
    await program.start();
  }
  if (watched.seen.size > 0) throw new Error(`shown though nothing was wrong: ${[...watched.seen].join('; ')}`);
}

async function allOnline({ cluster, zones }: World): Promise<void> {
  await until({
    what: 'all zones are online',
    probe: async () => (await fetchStatus(cluster.api).catch(() => undefined))?.zones ?? [],
    holds: (shown) => zones.every(({ name }) => shown.some((zone) => zone.name === name && zone.state === 'online')),
    timeout: 60_000,
    pause: 100,
  });
}

/** Notes every state but `online` that global shows of a zone. */
function watchStates({ cluster }: World) {
  const seen = new Set<string>();
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      for (const { name, state, reason } of (await fetchStatus(cluster.api)).zones)
        if (state !== 'online') seen.add(`${name} ${state}: ${reason}`);
      await sleep(50);
    }
  };
  const running = run().catch((error: Error) => seen.add(error.message));
  return {
    seen,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
