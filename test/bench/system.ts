// npm run bench:system: what is measured on a whole system of its own, with real Envoys or a real PostgreSQL where they matter.
//
// A row is a file in rows/ that exports `measurement`; nothing lists them. Each starts what it needs and stops it.
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toolPath } from '../../deploy/setup/tools.ts';
import type { Measurement } from './measurement.ts';
import { Progress } from './progress.ts';
import { circumstances, type Row } from './report.ts';
import { systemTable } from './systemTable.ts';

const FOLDER = new URL('rows/', import.meta.url);

async function allMeasurements(): Promise<Measurement[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const modules = await Promise.all(files.sort().map((name) => import(new URL(name, FOLDER).href)));
  return modules.flatMap(({ measurement }: { measurement?: Measurement }) => measurement ?? []);
}

const available = await allMeasurements();

function chosen(text: string): readonly Measurement[] {
  return text.split(',').map((wanted) => {
    const found = available.find(({ name }) => name === wanted);
    if (found) return found;
    throw new InvalidArgumentError(`There is no ${wanted}; there are ${available.map(({ name }) => name).join(', ')}.`);
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

const program = new Command('bench:system')
  .addOption(
    new Option('--rows <name,name>', `only these of ${available.map(({ name }) => name).join(', ')}`)
      .default(available, 'all')
      .argParser(chosen),
  )
  .addOption(new Option('--rounds <n>', 'instead of the number that each has').argParser(positive))
  .action(async ({ rows: wanted, rounds }: { rows: readonly Measurement[]; rounds?: number }) => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const { machine, versions } = circumstances(root, toolPath('nats-server'), []);
    process.stdout.write(`machine   ${machine}\nversions  ${versions}\n\n`);
    let missing = 0;
    for (const { name, measure } of wanted) {
      const rows: Row[] = await measure(new Progress(name), rounds);
      missing += rows.reduce((sum, { samples }) => sum + samples.missing, 0);
      process.stdout.write(`${name}\n${systemTable(rows)}\n\n`);
    }
    process.exit(missing > 0 ? 1 : 0);
  });

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await program.parseAsync(process.argv);
