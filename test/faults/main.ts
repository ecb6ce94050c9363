// npm run faults: breaks things for real, and shows what held.
import { Command, InvalidArgumentError, Option } from 'commander';
import { resultTable } from './resultTable.ts';
import { type Round, runRound } from './round.ts';
import { findScenarios } from './scenario.ts';
import { startWorld, type World } from './world.ts';

interface Flags {
  readonly scenario?: readonly string[];
  readonly rounds: number;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const scenarios = await findScenarios();

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
  .addOption(new Option('--scenario <a,b>', 'only these').argParser(known))
  .addOption(new Option('--rounds <n>', 'how often each').default(1).argParser(whole))
  .option('--keep', 'keep what the processes wrote; after a round that did not hold it is kept anyway')
  .option('--json', 'the rounds as JSON instead of the table')
  .action(async ({ scenario: names = [...scenarios.keys()], rounds, keep = false, json }: Flags) => {
    const say = (text: string) => process.stderr.write(`${text}\n`);
    const results: Round[] = [];
    let world: World | undefined;
    try {
      for (const name of names) {
        const scenario = scenarios.get(name);
        if (!scenario) continue;
        const lacking = scenario.lacks?.();
        if (lacking) {
          say(`${name}: SKIPPED, it needs ${lacking}`);
          continue;
        }
        for (let i = 0; i < rounds; i++) {
          world ??= await startWorld(say);
          const round = await runRound(name, scenario, world);
          results.push(round);
          const held = round.wrong.length === 0;
          say(
            `${name}: ${held ? `held, back after ${(round.recoveryMs / 1000).toFixed(1)} s` : `DID NOT HOLD: ${round.wrong.join('; ')}`}`,
          );
          if (round.note) say(`  ${round.note}`);
          if (held) continue;
          // What is broken must not spoil the next one.
          await world.stop({ keep: true });
          world = undefined;
        }
      }
    } finally {
      await world?.stop({ keep });
    }
    process.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : `${resultTable(results, scenarios)}\n`);
    process.exit(results.some(({ wrong }) => wrong.length > 0) ? 1 : 0);
  });

await program.parseAsync(process.argv);
