import { execFileSync } from 'node:child_process';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { table } from '../../global/cli/table.ts';
import { percentile } from './percentile.ts';

/** What was timed for a row. */
export interface Samples {
  /** Milliseconds, one for each sidecar and round that was reached. */
  readonly durations: readonly number[];
  /** Milliseconds until global answered the PUT, one for each round; none where there was no PUT. */
  readonly answers: readonly number[];
  /** Sidecar-rounds that were not reached in time. */
  readonly missing: number;
  /** Responses that went to sidecars that the change does not concern. */
  readonly needless: number;
}

/** One line of the report: one thing measured. */
export interface Row {
  readonly what: string;
  readonly samples: Samples;
  /** CPU seconds for each change, or for each second where nothing changes. */
  readonly cpu?: {
    readonly global: number;
    readonly zone: number;
    /** What the simulation takes away from the machine. */
    readonly fleet?: number;
    readonly per: 'change' | 'second';
  };
  /** Of the zone's control plane, MiB: resident afterwards, and at most since its start. */
  readonly memory?: { readonly rss: number; readonly peak: number };
  /** gRPC bytes that went to the sidecars for each change. */
  readonly bytes?: number;
  /** Responses for each change, to all sidecars together. */
  readonly responses?: number;
  /** What the columns do not say. */
  readonly note?: string;
}

/** Samples of something that is only counted, not timed. */
export const NO_SAMPLES: Samples = { durations: [], answers: [], missing: 0, needless: 0 };

const number = (value: number | undefined, digits: number, unit = '') =>
  value === undefined || Number.isNaN(value) ? '-' : `${value.toFixed(digits)}${unit}`;

const HEAD = [
  'WHAT',
  'P50 ms',
  'P99 ms',
  'MAX ms',
  'PUT P50 ms',
  'SAMPLES',
  'MISSING',
  'NEEDLESS',
  'RESPONSES',
  'KiB',
  'CPU GLOBAL',
  'CPU ZONE',
  'CPU FLEET',
  'RSS MiB',
  'PEAK MiB',
];

/** The rows as a table, then their notes. */
export function reportTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, samples, cpu, memory, bytes, responses }) => {
    const sorted = samples.durations.toSorted((a, b) => a - b);
    const answers = samples.answers.toSorted((a, b) => a - b);
    const spent = (seconds: number | undefined) =>
      cpu?.per === 'second' ? number(seconds && seconds * 100, 1, ' %') : number(seconds, 3, ' s');
    return [
      what,
      number(percentile(sorted, 0.5), 1),
      number(percentile(sorted, 0.99), 1),
      number(sorted.at(-1), 1),
      number(percentile(answers, 0.5), 1),
      String(sorted.length),
      String(samples.missing),
      String(samples.needless),
      number(responses, 0),
      number(bytes === undefined ? undefined : bytes / 1024, 0),
      spent(cpu?.global),
      spent(cpu?.zone),
      spent(cpu?.fleet),
      number(memory?.rss, 0),
      number(memory?.peak, 0),
    ];
  });
  const notes = rows.flatMap(({ what, note }) => (note ? [`${what}: ${note}`] : []));
  return [table(HEAD, lines), ...notes].join('\n');
}

/** What the numbers were measured on and with: without it they mean nothing. */
export interface Circumstances {
  readonly machine: string;
  readonly versions: string;
  readonly command: string;
}

export function circumstances(root: string, natsServer: string, arguments_: readonly string[]): Circumstances {
  const [cpu] = cpus();
  const say = (file: string, args: readonly string[]) => {
    try {
      return execFileSync(file, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return 'unknown';
    }
  };
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${cpus().length} × ${cpu?.model ?? arch()}, ${memory} GiB, ${platform()} ${release()}`,
    versions: `Node ${process.version}, ${say(natsServer, ['--version'])}, Meridian ${say('git', ['describe', '--always', '--dirty'])}`,
    command: `npm run bench${arguments_.length > 0 ? ` -- ${arguments_.join(' ')}` : ''}`,
  };
}

/** The head of the report. */
export function circumstancesText({ machine, versions, command }: Circumstances): string {
  return [
    `machine   ${machine}`,
    `versions  ${versions}`,
    `command   ${command}`,
    'The sidecars are simulated, in one process that shares the machine with the control planes. Absolute times are not comparable',
    'between machines or runs. A time ends when the response with the change has arrived. NEEDLESS: responses to sidecars that a',
    'change does not concern. RESPONSES, KiB, CPU: for each change. Three rounds before those that count are left out.',
  ].join('\n');
}
