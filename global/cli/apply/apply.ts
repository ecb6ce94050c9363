import type { Command } from 'commander';
import { fetchCatalog } from '../catalog.ts';
import { type ChangeFlags, withChangeFlags } from '../change/flags.ts';
import { makeChange } from '../change/make.ts';
import { CliError } from '../cliError.ts';
import type { BrokenField } from '../connection.ts';
import { addKeyValues } from '../keyValues.ts';
import { type CliDeps, connectionOf, verb } from '../verb.ts';
import { readDocuments } from './documents.ts';
import { applyOneByOne } from './oneByOne.ts';
import { bodyOf, planApply } from './plan.ts';
import { faultInChange } from './refusal.ts';
import { warn } from './warnings.ts';

interface ApplyFlags extends ChangeFlags {
  readonly file: string[];
  readonly recursive?: boolean;
  readonly var: Readonly<Record<string, string>>;
  readonly createOnly?: boolean;
}

/** `meridian apply -f FILE|DIR|URL|-`: creates or replaces resources, all documents as one change; on a terminal it shows and asks before. */
export function applyCommand(deps: CliDeps): Command {
  const command = verb('apply', deps)
    .description('create or replace resources from YAML or JSON, as one change')
    .requiredOption('-f, --file <source>', 'file, folder, URL or - for the standard input; repeatable', collect)
    .option('-R, --recursive', 'folders within folders, too')
    .option('-v, --var <key=value>', 'value of {{ key }} in what is applied; repeatable', addKeyValues, {})
    .option('-m, --message <text>', 'why: kept in the log with the change')
    .option('--create-only', 'refuse all of it when something of it is there already');
  return withChangeFlags(command).action(async (flags: ApplyFlags) => {
    const connection = connectionOf(flags, deps);
    const read = (source: string) =>
      readDocuments(source, { stdin: deps.stdin, recursive: flags.recursive === true, variables: flags.var });
    const lists = await Promise.all(flags.file.map(read));
    const plan = planApply(lists.flat(), await fetchCatalog(connection));
    const change = {
      documents: plan.map(bodyOf),
      faultText: (fault: BrokenField) => faultInChange(plan, fault),
    };
    const isAsked = !flags.yes && !flags.file.includes('-');
    const making = {
      flags,
      question: isAsked ? 'apply this?' : undefined,
      conditions: flags.createOnly ? { ifMatch: [], ifNoneMatch: plan.map(() => '*' as const) } : undefined,
      onTold: (resources: Parameters<typeof warn>[1]) => warn(plan, resources, deps),
    };
    if ((await makeChange(connection, change, making, deps)) !== 'unsupported') return;
    // Kuma would take each PUT, and not look at what it is asked for besides.
    if (flags.dryRun) throw new CliError('this control plane has no dry run of changes; nothing was applied');
    if (flags.createOnly)
      throw new CliError('--create-only: this control plane takes no conditions, nothing was applied');
    await applyOneByOne(connection, plan, flags, deps);
  });
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}
