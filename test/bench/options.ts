import { Command, InvalidArgumentError, Option } from 'commander';
import type { Protocol } from './fleet/messages.ts';

/** What the command line says. */
export interface BenchFlags {
  readonly sidecars: readonly number[];
  readonly services: readonly number[];
  readonly outbounds: number;
  readonly virtual: boolean;
  readonly rounds: number;
  /** Absent: all rows of a fleet. */
  readonly rows?: readonly string[];
  readonly protocol: Protocol;
  readonly mtls: boolean;
  readonly standalone: boolean;
  readonly store?: string;
  readonly postgres: boolean;
  readonly json?: string;
  readonly profile?: string;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

const wholes = (text: string) => text.split(',').map(whole);

function oneOf(known: readonly string[]) {
  return (text: string) => {
    const names = text.split(',');
    const unknown = names.find((name) => !known.includes(name));
    if (unknown) throw new InvalidArgumentError(`There is no row ${unknown}; there are ${known.join(', ')}.`);
    return names;
  };
}

/** What `--growth` stands for. */
const GROWTH: Partial<BenchFlags> = {
  sidecars: [10, 100, 1_000],
  services: [10, 100, 1_000],
  rounds: 10,
  rows: ['connect', 'mesh-wide', 'one', 'instance'],
};

/** @param rows names of the rows that there are */
export function benchCommand(rows: readonly string[], run: (flags: BenchFlags) => Promise<void>): Command {
  return new Command('bench')
    .description('how long changes take from global to the sidecars of a zone, and what they cost')
    .addOption(
      new Option('--sidecars <n,n>', 'simulated sidecars, a block of rows for each number')
        .default([20, 200])
        .argParser(wholes),
    )
    .addOption(
      new Option('--services <n,n>', 'services in the mesh, a block for each number').default([100]).argParser(wholes),
    )
    .addOption(new Option('--outbounds <n>', 'services that each sidecar calls').default(10).argParser(whole))
    .option('--virtual', 'hosts that redirect: each sidecar can call every service, at its virtual IP', false)
    .addOption(new Option('--rounds <n>', 'changes per row').default(20).argParser(whole))
    .addOption(new Option('--rows <name,name>', `only these of ${rows.join(', ')}`).argParser(oneOf(rows)))
    .addOption(
      new Option(
        '--growth',
        '10, 100, 1,000 sidecars × 10, 100, 1,000 services, and tables of how the cost grows',
      ).implies(GROWTH),
    )
    .addOption(new Option('--protocol <name>', 'of ADS').choices(['delta', 'sotw']).default('delta'))
    .option('--mtls', 'with the builtin CA', false)
    .option('--standalone', 'global and its only zone in one process', false)
    .addOption(new Option('--store <url>', 'PostgreSQL instead of the embedded log').conflicts('postgres'))
    .option('--postgres', 'the same, with a PostgreSQL of its own (fsync on) for the run', false)
    .option('--json <file>', 'write the results there as well, with every sample')
    .option('--profile <folder>', 'write a CPU profile of the zone for each row there; what it costs is in the numbers')
    .action(run);
}
