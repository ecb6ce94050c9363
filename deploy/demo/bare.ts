import { type Cluster, startCluster } from './cluster.ts';
import { deathText, prepare } from './prepare.ts';
import { untilParentEnds, untilStopped } from './untilStopped.ts';

export interface BareOptions {
  readonly zones: number;
  readonly dpAuth: 'dpToken' | 'none';
  readonly data?: string | undefined;
  readonly store?: string | undefined;
  readonly logLevel: string;
  /** Stop as well when the process that started this one is gone. */
  readonly withParent: boolean;
}

/** What `--bare` prints: where everything is, for tools and benchmarks. */
export interface BareLine {
  readonly global: { readonly url: string; readonly pid: number };
  readonly zones: readonly {
    readonly name: string;
    readonly url: string;
    readonly ads: string;
    readonly pid: number;
  }[];
  readonly nats: { readonly hub: string; readonly zones: Readonly<Record<string, string>> };
}

export function bareLine(cluster: Cluster): BareLine {
  return {
    global: { url: cluster.global.url, pid: cluster.global.pid },
    zones: cluster.zones.map(({ name, ads, controlPlane: { url, pid } }) => ({ name, url, ads, pid })),
    nats: {
      hub: cluster.hub.url,
      zones: Object.fromEntries(cluster.zones.map(({ name, nats }) => [name, nats.url])),
    },
  };
}

/**
 * Hub, global and zones without applications. The one line on standard output is the JSON of where they are; what is being
 * done goes to standard error. Stays until SIGTERM or SIGINT. @returns the exit status
 */
export async function runBare(options: BareOptions): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const { ground, stop } = prepare({
    data: options.data,
    logLevel: options.logLevel,
    envoy: false,
    say,
    // Killing a control plane of a bare cluster is what fault tests do: it is told, and the others go on.
    onDeath: (child, exit) => say(deathText(child, exit)),
  });
  const stopped = Promise.race([untilStopped(), ...(options.withParent ? [untilParentEnds()] : [])]);
  let failed = true;
  try {
    const zones = Array.from({ length: options.zones }, (_, i) => `zone-${i + 1}`);
    const started = startCluster(ground, { zones, dpAuth: options.dpAuth, store: options.store }, say);
    const cluster = await Promise.race([started, stopped]);
    if (typeof cluster === 'object') {
      process.stdout.write(`${JSON.stringify(bareLine(cluster))}\n`);
      await stopped;
    } else started.catch(() => {});
    failed = false;
    return 0;
  } finally {
    say('stopping …');
    await stop({ keep: failed });
  }
}
