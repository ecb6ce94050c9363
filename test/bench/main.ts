// npm run bench: how long a change takes from global to the sidecars of a zone, and what it costs.
//
// Each number of sidecars and services gets control planes of its own (`--bare`: hub, global, one zone) and a fleet of simulated
// sidecars in one process. A row is a file in rows/ that exports `row`, or `standaloneRow` when it starts what it needs itself;
// nothing lists them. The latter are measured only when `--rows` names them.
//   --growth         how the cost grows with sidecars and services: with --json FILE, then `node test/bench/plot.ts FILE SVG`
//   --profile FOLDER a CPU profile of the zone for each row: then `node test/bench/profile.ts FILE`
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { toolPath } from '../../deploy/setup/tools.ts';
import { startPostgres } from '../support/postgres.ts';
import { Bench } from './bench.ts';
import { growthTables, type Measured } from './growth.ts';
import { type BenchFlags, benchCommand } from './options.ts';
import { type MachineSpeed, machineSpeed, speedText, ticks } from './machineSpeed.ts';
import { Profiler } from './profiler.ts';
import { Progress } from './progress.ts';
import { circumstances, circumstancesText, reportTable } from './report.ts';
import { findRows } from './row.ts';

const available = await findRows();
const names = [...available.fleet, ...available.standalone].map(({ name }) => name);

interface Block {
  readonly sidecars: number;
  readonly services: number;
}

const title = ({ sidecars, services }: Block) => `${sidecars} sidecars, ${services} services`;

async function run(flags: BenchFlags): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const about = circumstances(root, toolPath('nats-server'), process.argv.slice(2));
  process.stdout.write(`${circumstancesText(about)}\n\n`);
  const postgres = flags.postgres ? await startPostgres() : undefined;
  const measured: Measured[] = [];
  const speeds: MachineSpeed[] = [];
  let from: Awaited<ReturnType<typeof ticks>>;
  const lookAtMachine = async () => {
    const to = await ticks();
    const speed = await machineSpeed();
    speeds.push(speed);
    process.stdout.write(`the machine now: ${speedText(speed, from, to)}\n\n`);
    from = await ticks();
  };
  await lookAtMachine();
  const tell = async (heading: string, rows: readonly Measured[]) => {
    measured.push(...rows);
    process.stdout.write(`${heading}\n${reportTable(rows)}\n`);
    await lookAtMachine();
    const all = { ...about, speeds, flags, rows: measured };
    if (flags.json) await writeFile(flags.json, `${JSON.stringify(all, null, 1)}\n`);
  };
  try {
    const withFleet = flags.rows?.some((name) => available.fleet.some((row) => row.name === name)) ?? true;
    const blocks = flags.sidecars.flatMap((sidecars) => flags.services.map((services) => ({ sidecars, services })));
    for (const block of withFleet ? blocks : []) {
      const store = postgres ? await postgres.createDatabase() : flags.store;
      await tell(title(block), await measureBlock(block, flags, store));
    }
    if (withFleet && blocks.length > 1) process.stdout.write(`${growthTables(measured)}\n\n`);
    const { rounds, mtls } = flags;
    for (const { name, measure } of available.standalone) {
      if (!flags.rows?.includes(name)) continue;
      const rows = [await measure({ rounds, mtls }, new Progress(name))].flat();
      await tell(
        name,
        rows.map((row) => ({ name, ...row })),
      );
    }
  } finally {
    await postgres?.stop();
  }
  // What did not arrive is a fault of ours, not a slow run.
  process.exit(measured.some(({ samples }) => samples.missing > 0) ? 1 : 0);
}

/** Control planes of their own for each block, so that the rows do not depend on what was measured before. */
async function measureBlock(block: Block, flags: BenchFlags, store: string | undefined): Promise<Measured[]> {
  const progress = new Progress(title(block));
  const profiler = flags.profile === undefined ? undefined : await Profiler.into(flags.profile);
  const { outbounds, virtual, rounds, protocol, mtls, standalone } = flags;
  const env = profiler?.env ?? {};
  const options = { ...block, outbounds, virtual, rounds, protocol, mtls, standalone, store, env };
  const bench = await Bench.start(options, progress);
  try {
    await profiler?.attach(bench.zonePid);
    const measured: Measured[] = [];
    for (const row of available.fleet) {
      const { name } = row;
      const chosen = flags.rows?.includes(name) ?? true;
      // Whatever is measured, somebody has to be connected.
      if (!chosen && row !== available.fleet[0]) continue;
      const work = () => row.measure(bench);
      const file = `${block.sidecars}-${block.services}-${name}`;
      const result = await (profiler ? profiler.during(file, work) : work());
      const failures = await bench.fleet.ask('failures');
      const [first] = failures;
      const notes = [result.note, first && `${failures.length} failures in the fleet, the first: ${first}`].filter(
        Boolean,
      );
      if (chosen) measured.push({ name, ...block, ...result, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) });
    }
    progress.end();
    return measured;
  } finally {
    profiler?.close();
    await bench.stop();
  }
}

// Whatever was started then goes with us: a row's own processes by exit hooks, a fleet and its cluster since they see that we are gone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await benchCommand(names, run).parseAsync(process.argv);
