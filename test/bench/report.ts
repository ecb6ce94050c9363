import { execFileSync } from 'node:child_process';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { table } from '../../global/cli/table.ts';
import type { Samples } from './measurements.ts';

export interface Row {
  readonly what: string;
  readonly samples: Samples;
}

/** Value below which that share of the samples lies (nearest rank); NaN without samples. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const ms = (value: number) => (Number.isNaN(value) ? '-' : value.toFixed(1));

export function reportTable(rows: readonly Row[]): string {
  const head = ['WHAT', 'P50 ms', 'P99 ms', 'MAX ms', 'PUT ANSWERED P50 ms', 'SAMPLES', 'MISSING', 'NEEDLESS PUSHES'];
  return table(
    head,
    rows.map(({ what, samples: { durations, answers, missing, needless } }) => {
      const sorted = durations.toSorted((a, b) => a - b);
      return [
        what,
        ms(percentile(sorted, 0.5)),
        ms(percentile(sorted, 0.99)),
        ms(sorted.at(-1) ?? Number.NaN),
        ms(
          percentile(
            answers.toSorted((a, b) => a - b),
            0.5,
          ),
        ),
        String(sorted.length),
        String(missing),
        String(needless),
      ];
    }),
  );
}

/** What the numbers were measured on and with: without it they mean nothing. */
export function circumstances(root: string, natsServer: string, arguments_: readonly string[]): string {
  const [cpu] = cpus();
  const say = (file: string, args: readonly string[]) => {
    try {
      return execFileSync(file, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return 'unknown';
    }
  };
  return [
    `machine   ${cpus().length} × ${cpu?.model ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}`,
    `versions  Node ${process.version}, ${say(natsServer, ['--version'])}, Meridian ${say('git', ['describe', '--always', '--dirty'])}`,
    `command   npm run bench${arguments_.length > 0 ? ` -- ${arguments_.join(' ')}` : ''}`,
    'The sidecars are simulated in this process and share the machine with the control planes. Absolute times are not',
    'comparable between machines or runs. Policies: from sending the PUT to global until the sidecar was sent the change.',
    'Instance: from connecting its sidecar until a caller was sent its address. Three rounds before are not counted.',
  ].join('\n');
}
