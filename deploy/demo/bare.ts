import { type Cluster, startCluster } from './cluster.ts';
import type { ControlPlane } from './controlPlane.ts';
import type { Ground } from './ground.ts';
import { prepare } from './prepare.ts';
import { type Standalone, startStandalone } from './standalone.ts';
import { untilParentEnds, untilStopped } from './untilStopped.ts';

interface BareOptions {
  readonly zones: number;
  /** One control plane that is global and its only zone. */
  readonly standalone: boolean;
  readonly dpAuth: 'dpToken' | 'none';
  readonly data?: string | undefined;
  readonly store?: string | undefined;
  readonly logLevel: string;
  /** Stop as well when the process that started this one is gone. */
  readonly withParent: boolean;
}

/**
 * What `--bare` prints: where everything is, for tools and benchmarks. With `--standalone` global and the zone are the same
 * process at the same URL, and there is no NATS.
 */
export interface BareLine {
  readonly global: { readonly url: string; readonly diagnostics: string; readonly pid: number };
  readonly zones: readonly {
    readonly name: string;
    readonly url: string;
    readonly diagnostics: string;
    readonly ads: string;
    readonly pid: number;
  }[];
  readonly nats: { readonly hub: string; readonly zones: Readonly<Record<string, string>> };
}

function bareLine(cluster: Cluster): BareLine {
  return {
    global: whereabouts(cluster.global),
    zones: cluster.zones.map(({ name, ads, controlPlane }) => ({ name, ads, ...whereabouts(controlPlane) })),
    nats: {
      hub: cluster.hub.url,
      zones: Object.fromEntries(cluster.zones.map(({ name, nats }) => [name, nats.url])),
    },
  };
}

function whereabouts({ url, diagnostics, pid }: ControlPlane) {
  return { url, diagnostics, pid };
}

function standaloneLine({ name, ads, controlPlane }: Standalone): BareLine {
  const at = whereabouts(controlPlane);
  return { global: at, zones: [{ name, ads, ...at }], nats: { hub: '', zones: {} } };
}

/**
 * Hub, global and zones, or a control plane that is alone, without applications. The one line on standard output is the JSON of
 * where they are; what is being done goes to standard error. Stays until SIGTERM or SIGINT. @returns the exit status
 */
export async function runBare(options: BareOptions): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const { ground, stop } = prepare({
    data: options.data,
    logLevel: options.logLevel,
    envoy: false,
    nats: !options.standalone,
    say,
    // Killing a control plane of a bare cluster is what fault tests do: it is told, and the others go on.
    onDeath: say,
  });
  const stopped = Promise.race([untilStopped(), ...(options.withParent ? [untilParentEnds()] : [])]);
  let failed = true;
  try {
    const starting = start(ground, options, say);
    const line = await Promise.race([starting, stopped]);
    if (typeof line === 'object') {
      process.stdout.write(`${JSON.stringify(line)}\n`);
      await stopped;
    } else starting.catch(() => {});
    failed = false;
    return 0;
  } finally {
    say('stopping …');
    await stop({ keep: failed });
  }
}

async function start(
  ground: Ground,
  { standalone, zones, dpAuth, store }: BareOptions,
  say: (text: string) => void,
): Promise<BareLine> {
  if (standalone) return standaloneLine(await startStandalone(ground, { name: 'default', dpAuth, store }));
  const names = Array.from({ length: zones }, (_, i) => `zone-${i + 1}`);
  return bareLine(await startCluster(ground, { zones: names, dpAuth, store }, say));
}
