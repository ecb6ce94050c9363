import { setTimeout as sleep } from 'node:timers/promises';
import { callFromFrontend, callText } from '../../deploy/demo/demo.ts';
import type { World } from './world.ts';

export interface RequestLoad {
  readonly sent: number;
  /** Those that were not answered with 200, in words. */
  readonly failed: readonly string[];
  stop(): Promise<void>;
}

const PAUSE_MS = 25;

/** Lets `frontend` call `backend` in the other zone, through both sidecars and the ingress, one request after the other. */
export async function startRequests(world: Pick<World, 'cluster' | 'workloads'>): Promise<RequestLoad> {
  const demo = { cluster: world.cluster, workloads: await world.workloads() };
  const failed: string[] = [];
  let sent = 0;
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      sent++;
      const result = await callFromFrontend(demo, 'backend').catch((error: Error) => error);
      if (result instanceof Error) failed.push(result.message);
      else if (result.status !== 200) failed.push(callText(result));
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  return {
    get sent() {
      return sent;
    },
    failed,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
