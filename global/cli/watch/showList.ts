import { type Command, Option } from 'commander';
import { interval } from '../numberOf.ts';
import { type Format, formatOption, render, renderOne } from '../output.ts';
import type { CliDeps } from '../verb.ts';
import { type Change, changes } from './changes.ts';
import { watch } from './watch.ts';

/** Flags of a verb that shows things as they are now. */
export interface ShowFlags {
  readonly output: Format;
  readonly watch?: boolean;
  readonly interval: number;
}

/** A list that a verb shows. */
interface ShownList {
  readonly read: () => Promise<readonly unknown[]>;
  /** Columns under one line of headings. */
  readonly table: (items: readonly unknown[]) => string;
  /** What `-o yaml` and `-o json` print; absent: the page, as REST has it. */
  readonly whole?: (items: readonly unknown[]) => unknown;
  /** What of an item counts as a change while it is watched; absent: all. */
  readonly contentOf?: (item: unknown) => unknown;
}

/** `-o`, `--watch` and `--interval`. */
export function withShowFlags(command: Command): Command {
  return command
    .addOption(formatOption())
    .option('-w, --watch', 'show what changes until Ctrl-C')
    .addOption(new Option('--interval <seconds>', 'with --watch: look so often').default(2).argParser(interval));
}

/** Shows a list in the form that was asked for; once, or until Ctrl-C. */
export async function showList(deps: CliDeps, flags: ShowFlags, list: ShownList): Promise<void> {
  const { output } = flags;
  if (flags.watch) await watchList(deps, flags, list);
  const items = await list.read();
  const whole = list.whole ?? ((all) => ({ total: all.length, items: all, next: null }));
  deps.out(`${output === 'table' ? list.table(items) : render(whole(items), output)}\n`);
}

async function watchList(deps: CliDeps, { output, interval }: ShowFlags, list: ShownList): Promise<void> {
  const compare = changes(list.contentOf ?? ((item) => item));
  const lines =
    output === 'table' ? tableLines(list.table) : (changed: readonly Change[]) => documents(changed, output);
  await watch(deps, {
    interval,
    read: list.read,
    screen: output === 'table' ? list.table : undefined,
    news: (items) => lines(compare(items)),
  });
}

/** Rows under the headings that were told at the beginning. */
function tableLines(table: ShownList['table']): (changed: readonly Change[]) => string {
  let headed = false;
  return (changed) => {
    const rows = table(changed.map(({ item }) => item)).split('\n');
    const told = rows.slice(1).map((row, i) => (changed[i]?.gone ? `${row}   deleted` : row));
    const lines = headed ? told : [rows[0], ...told];
    headed = true;
    return lines.join('\n');
  };
}

function documents(changed: readonly Change[], format: Exclude<Format, 'table'>): string {
  return changed.map(({ item, gone }) => renderOne(gone ? { deleted: item } : item, format)).join('\n');
}
