// npm run bench: how long a change takes from global to the sidecars of a zone, and what it costs.
//
// Each number of sidecars and services gets control planes of its own (`--bare`: hub, global, one zone) and a fleet of simulated
// sidecars in one process. A row is a file in rows/ that exports `row`; nothing lists them. `--profile` writes CPU profiles of the
// zone, one for each row: `node test/bench/profile.ts FILE` prints where the time went.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toolPath } from '../../deploy/setup/tools.ts';
import { Bench, type BenchOptions, type FleetRow } from './bench.ts';
import type { Protocol } from './fleet/messages.ts';
import { Profiler } from './profiler.ts';
import { Progress } from './progress.ts';
import { circumstances, circumstancesText, reportTable, type Row } from './report.ts';
import { fleetRows } from './rows.ts';

interface BenchFlags {
  readonly sidecars: readonly number[];
  readonly services: readonly number[];
  readonly outbounds: number;
  readonly rounds: number;
  readonly rows?: readonly string[];
  readonly protocol: Protocol;
  readonly mtls?: boolean;
  readonly store?: string;
  readonly json?: string;
  readonly profile?: string;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

const wholes = (text: string) => text.split(',').map(whole);
const available = await fleetRows();

function rowNames(text: string): string[] {
  const names = text.split(',');
  const known = available.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new InvalidArgumentError(`There is no row ${unknown}; there are ${known.join(', ')}.`);
  return names;
}

const program = new Command('bench')
  .addOption(
    new Option('--sidecars <n,n>', 'simulated sidecars, a block of rows for each number')
      .default([20, 200])
      .argParser(wholes),
  )
  .addOption(
    new Option('--services <n,n>', 'services in the mesh, a block for each number').default([100]).argParser(wholes),
  )
  .addOption(new Option('--outbounds <n>', 'services that each sidecar calls').default(10).argParser(whole))
  .addOption(new Option('--rounds <n>', 'changes per row').default(20).argParser(whole))
  .addOption(
    new Option('--rows <name,name>', `only these of ${available.map(({ name }) => name).join(', ')}`).argParser(
      rowNames,
    ),
  )
  .addOption(new Option('--protocol <name>', 'of ADS').choices(['delta', 'sotw']).default('delta'))
  .option('--mtls', 'with the builtin CA')
  .option('--store <url>', 'PostgreSQL instead of the embedded log')
  .option('--json <file>', 'write the results there as well, with every sample')
  .option('--profile <folder>', 'write a CPU profile of the zone for each row there')
  .action(async (flags: BenchFlags) => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const about = circumstances(root, toolPath('nats-server'), process.argv.slice(2));
    process.stdout.write(`${circumstancesText(about)}\n\n`);
    const blocks = flags.sidecars.flatMap((sidecars) => flags.services.map((services) => ({ sidecars, services })));
    const results: object[] = [];
    let missing = 0;
    for (const block of blocks) {
      const rows = await measure(block, flags);
      missing += rows.reduce((sum, { samples }) => sum + samples.missing, 0);
      results.push(...rows.map((row) => ({ ...block, ...row })));
      process.stdout.write(`${title(block)}\n${reportTable(rows)}\n\n`);
      if (flags.json) await writeFile(flags.json, `${JSON.stringify({ ...about, rows: results }, null, 1)}\n`);
    }
    // What did not arrive is a fault of ours, not a slow run.
    process.exit(missing > 0 ? 1 : 0);
  });

type Block = Pick<BenchOptions, 'sidecars' | 'services'>;

const title = ({ sidecars, services }: Block) => `${sidecars} sidecars, ${services} services`;

/** Control planes of their own for each block, so that the rows do not depend on what was measured before. */
async function measure(block: Block, flags: BenchFlags): Promise<Row[]> {
  const { outbounds, rounds, protocol, mtls = false, store } = flags;
  const progress = new Progress(title(block));
  const profiler = flags.profile === undefined ? undefined : await Profiler.into(flags.profile);
  // Every service is offered by somebody: what nobody offers has no protocol, and so no routes that a policy could change.
  const services = Math.min(block.services, block.sidecars);
  const bench = await Bench.start(
    { ...block, services, outbounds, rounds, protocol, mtls, store, ...(profiler ? { env: profiler.env } : {}) },
    progress,
  );
  try {
    await profiler?.attach(bench.zonePid);
    const rows: Row[] = [];
    for (const row of available) {
      const chosen = flags.rows?.includes(row.name) ?? true;
      // Whatever is measured, somebody has to be connected.
      if (!chosen && row !== available[0]) continue;
      const work = () => row.measure(bench);
      const file = `${block.sidecars}-${block.services}-${row.name}`;
      const measured = await (profiler ? profiler.during(file, work) : work());
      if (chosen) rows.push(measured);
      await tellFailures(bench, row);
    }
    progress.end();
    return rows;
  } finally {
    profiler?.close();
    await bench.stop();
  }
}

async function tellFailures(bench: Bench, row: FleetRow): Promise<void> {
  const failures = await bench.fleet.ask('failures');
  if (failures.length > 0)
    process.stdout.write(`${row.name}: ${failures.length} failures in the fleet, the first: ${failures[0]}\n`);
}

// The cluster goes with us, see --with-parent; an exit hook would kill it before it could stop what it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.kill(process.pid, 'SIGKILL'));

await program.parseAsync(process.argv);
