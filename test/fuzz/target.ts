import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type BareCluster, startBareCluster } from '../support/bareCluster.ts';
import { tempDir } from '../support/tempDir.ts';

/** Resident memory, MiB. */
export interface Memory {
  readonly global: number;
  readonly zone: number;
}

/** The control planes under attack: processes of their own, and what can be seen of them from outside. */
export interface Target {
  readonly cluster: BareCluster;
  readonly global: string;
  readonly zone: string;
  readonly ads: string;
  /** Where global and the zone say how they are. */
  readonly diagnostics: readonly string[];
  /** Where the hub takes the zones' servers. */
  readonly leafUrl: string;
  /** Folder of all that the processes keep. */
  readonly data: string;
  /** Of the policy log. */
  position(): Promise<number>;
  memory(): Memory;
  /** What the control planes said last that are no more. */
  deaths(): readonly string[];
  /** Lines that a control plane logged as an error: a fault of ours, whoever caused it. */
  faults(): readonly string[];
  stop(): Promise<void>;
}

const logBody = z.object({ items: z.array(z.object({ position: z.number() })) });
const membership = z.object({ hubUrl: z.string() });
const ERROR = 50;

/** One hub, one global, one zone. Proxies need no token, so that hostile ones get as far as they can. */
export async function startTarget(): Promise<Target> {
  const data = await tempDir('fuzz');
  const cluster = await startBareCluster(['--dp-auth', 'none', '--data', data.path]);
  const [zone] = cluster.zones;
  if (!zone) throw new Error('the cluster has no zone');
  return {
    cluster,
    global: cluster.global.url,
    zone: zone.url,
    ads: zone.ads,
    diagnostics: [cluster.global.diagnostics, zone.diagnostics],
    leafUrl: membership.parse(JSON.parse(readFileSync(join(data.path, `nats-${zone.name}`, 'hub.json'), 'utf8')))
      .hubUrl,
    data: data.path,
    position: async () => {
      const response = await fetch(`${cluster.global.url}/log?limit=1`);
      return logBody.parse(await response.json()).items[0]?.position ?? 0;
    },
    memory: () => ({ global: residentMiB(cluster.global.pid), zone: residentMiB(zone.pid) }),
    deaths: () =>
      Object.entries({ global: cluster.global.pid, 'zone-1': zone.pid })
        .filter(([, pid]) => !existsSync(`/proc/${pid}`))
        .map(
          ([name]) =>
            `${name} is no more: ${readFileSync(join(data.path, 'logs', `${name}.log`), 'utf8').slice(-2_000)}`,
        ),
    faults: () => faultsIn(join(data.path, 'logs')),
    stop: async () => {
      await cluster.stop();
      await data.remove();
    },
  };
}

function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}

function faultsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => isFault(line))
      .map((line) => `${file}: ${line.slice(0, 600)}`),
  );
}

/** A log line of level error or worse, or something that is no log line at all: a stack, a warning of Node. */
function isFault(line: string): boolean {
  const level = /^\{"level":(\d+)/.exec(line)?.[1];
  return level === undefined ? /^\s+at |Uncaught|Unhandled|FATAL/.test(line) : Number(level) >= ERROR;
}

/** Waits until the least memory seen in the last seconds no longer falls: what is garbage has been collected. */
export async function settledMemory(target: Target): Promise<Memory> {
  let least = target.memory();
  for (let still = 0; still < 6; ) {
    await sleep(500);
    const now = target.memory();
    const fell = now.global < least.global - 1 || now.zone < least.zone - 1;
    least = { global: Math.min(least.global, now.global), zone: Math.min(least.zone, now.zone) };
    still = fell ? 0 : still + 1;
  }
  return least;
}
