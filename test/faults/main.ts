// npm run faults: breaks things for real, and shows what held.
import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { untilStopped } from '../../deploy/demo/untilStopped.ts';
import { Faults } from './faults.ts';
import { resultTable } from './resultTable.ts';
import { findScenarios, type Scenario } from './scenario.ts';

interface Flags {
  readonly scenario?: readonly string[];
  readonly rounds: number;
  readonly keep?: boolean;
  readonly json?: boolean;
}

// In `npm test`, the quick ones without requests save themselves the Envoys.
const scenarios = new Map(
  [...(await findScenarios())].map(([name, one]): [string, Scenario] => [name, { traffic: 'none may fail', ...one }]),
);
const long = [...scenarios].filter(([, one]) => one.long).map(([name]) => name);
const usual = [...scenarios.keys()].filter((name) => !long.includes(name));

function known(text: string): string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !scenarios.has(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(', ')}.`);
  return names;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

const program = new Command('faults')
  .description(`Scenarios: ${[...scenarios.keys()].join(', ')}`)
  .addOption(new Option('--scenario <a,b>', `only these; absent: all but ${long.join(', ')}`).argParser(known))
  .addOption(new Option('--rounds <n>', 'how often each').default(1).argParser(whole))
  .option('--keep', 'keep what the processes wrote; after a round that did not hold it is kept anyway')
  .option('--json', 'the rounds as JSON instead of the table')
  .action(async ({ scenario: names = usual, rounds, keep = false, json }: Flags) => {
    const say = (text: string) => process.stderr.write(`${text}\n`);
    const chosen = [...scenarios].filter(([name]) => names.includes(name));
    const faults = new Faults({ scenarios: chosen, rounds, keep, say });
    let signal: NodeJS.Signals | undefined;
    void untilStopped().then((taken) => {
      signal = taken;
      say(`${signal}: ends what it started …`);
      return faults.stop();
    });
    await faults.run().catch((error: unknown) => {
      if (!signal) throw error;
    });
    if (signal) await faults.stop();
    const { results } = faults;
    process.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : `${resultTable(results, scenarios)}\n`);
    if (signal) process.exit(128 + constants.signals[signal]);
    process.exit(results.some(({ wrong, late }) => wrong.length > 0 || late) ? 1 : 0);
  });

await program.parseAsync(process.argv);
