import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ATTACKS } from './attacks.ts';
import { thoroughCampaign } from './campaign.ts';
import { startTarget } from './target.ts';

interface Flags {
  readonly seed: number;
  readonly runs: number;
  readonly only: readonly string[];
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number.');
  return value;
}

/** `npm run fuzz`: hostile input against real control planes; what they did not withstand is printed with the seed that shows it. */
const program = new Command('fuzz')
  .addOption(new Option('--seed <n>', 'the same seed makes the same inputs; random when absent').argParser(whole))
  .addOption(new Option('--runs <n>', 'generated inputs of each attack').default(500).argParser(whole))
  .addOption(
    new Option('--only <attack...>', 'these attacks').choices(Object.keys(ATTACKS)).default(Object.keys(ATTACKS)),
  )
  .action(async ({ seed = randomInt(2 ** 31), runs, only }: Flags) => {
    const say = (line: string) => process.stdout.write(`${line}\n`);
    say(`seed ${seed}, ${runs} runs; again with: npm run fuzz -- --seed ${seed} --runs ${runs}`);
    const target = await startTarget();
    try {
      const attacks = only.flatMap((name) => ATTACKS[name] ?? []);
      const findings = await thoroughCampaign(target, attacks, { seed, runs }, say);
      for (const finding of findings) say(`\nFOUND ${finding}`);
      say(findings.length === 0 ? 'nothing found' : `\n${findings.length} findings, seed ${seed}`);
      process.exitCode = findings.length === 0 ? 0 : 1;
    } finally {
      await target.stop();
    }
  });

await program.parseAsync(process.argv);
process.exit();
