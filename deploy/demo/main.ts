import { Command, InvalidArgumentError, Option } from 'commander';
import { StartError } from './startError.ts';

interface DemoFlags {
  readonly check?: boolean;
  readonly bare?: boolean;
  readonly standalone?: boolean;
  readonly json?: boolean;
  readonly zones: number;
  readonly dpAuth: 'dpToken' | 'none';
  readonly withParent?: boolean;
  readonly data?: string;
  readonly store?: string;
  readonly logLevel: string;
}

function zoneCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 20) throw new InvalidArgumentError('1 to 20 zones.');
  return count;
}

function postgresUrl(text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new InvalidArgumentError('It has to start with postgres://');
  return text;
}

/** `meridian demo`, and what `npm start` runs. */
export function demoCommand(): Command {
  return (
    new Command('demo')
      .description('run a whole two-zone mesh on this machine')
      .option('--check', 'prove with real traffic what the demo promises, print a table, exit 0 or 1')
      .option('--bare', 'only hub, global and zones, for tools: prints one JSON line when ready, stays until SIGTERM')
      .addOption(
        new Option('--standalone', 'with --bare: one process that is global and its only zone, without NATS').conflicts(
          'zones',
        ),
      )
      .option('--json', 'with --bare: the line is JSON (it always is)')
      .addOption(new Option('--zones <n>', 'with --bare: how many zones').default(1).argParser(zoneCount))
      .addOption(
        new Option('--dp-auth <kind>', 'with --bare: how proxies prove who they are')
          .choices(['dpToken', 'none'])
          .default('dpToken'),
      )
      .option('--with-parent', 'with --bare: stop as well when the process that started this one is gone')
      .option('--data <folder>', 'keep state there across starts')
      .addOption(
        new Option('--store <url>', 'PostgreSQL for the event log, postgres://…; else the embedded one').argParser(
          postgresUrl,
        ),
      )
      // Not above info: a control plane says there that it is ready.
      .addOption(
        new Option('--log-level <level>', 'of the control planes').choices(['trace', 'debug', 'info']).default('info'),
      )
      .action(async (flags: DemoFlags, command: Command) => {
        refuseWithoutBare(flags, command);
        process.exitCode = await run(flags);
      })
  );
}

/** The demo is always the same: what only `--bare` can be asked for would have no effect. */
function refuseWithoutBare({ bare }: DemoFlags, command: Command): void {
  const given = command.options.find(
    (option) =>
      option.description.startsWith('with --bare') && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (!bare && given) command.error(`error: ${given.long} goes with --bare only`);
}

async function run(flags: DemoFlags): Promise<number> {
  const { data, store, logLevel } = flags;
  try {
    if (flags.bare)
      return await (await import('./bare.ts')).runBare({
        data,
        store,
        logLevel,
        standalone: flags.standalone ?? false,
        zones: flags.zones,
        dpAuth: flags.dpAuth,
        withParent: flags.withParent ?? false,
      });
    if (flags.check) return await (await import('./check/runCheck.ts')).runCheck({ data, store, logLevel });
    return await (await import('./live/runLive.ts')).runLive({ data, store, logLevel });
  } catch (cause) {
    if (!(cause instanceof StartError)) throw cause;
    process.stderr.write(`error: ${cause.message}\n`);
    return 1;
  }
}

if (import.meta.main) {
  await demoCommand().parseAsync(process.argv);
  // A connection that somebody left open must not keep us: everything that was started is stopped by now.
  process.exit();
}
